"""Customers from a spreadsheet: read, judged line by line, shown, and made all at once."""

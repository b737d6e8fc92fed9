"""Do-not-import lists: what is read, how it is kept without its value, and who is on them."""

"""The texts of the help page: what can go wrong, and what stands behind the controls.

Pages link to its entries by their anchors. Entries are made of the tables that name the problems,
decisions and refusals themselves, so that none can be missing.
"""

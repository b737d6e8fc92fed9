"""The admin: people are administered here, operations are looked at.

Staff are trusted with operations, not with leads. So nothing here sends or deletes, and nobody
sees a token, a file's name, a heading, a cell, the body of a request or answer, or MEGA's words
about a row. A client's name, MEGA id and page are shown to those who may see the customer in the
portal as well (`imports.access`: members of its team, auditors); to all others, superusers
included, it is a number, which is what an engineer needs. Settings of a customer are changed here
only by managers of its team, through the function of its own page and with its event.

That holds for what can be asked as well as for what is shown. Lists take the filters of the page
only: Django would take any field from the address, a name or a password's hash among them. They
are sorted by what is shown and searched by number, and customers are not offered to autocompletion.

Staff need no single permissions: being staff is the permission.
"""

from imports.admin import customers, operations, people

__all__ = ["customers", "operations", "people"]

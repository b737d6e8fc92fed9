"""The tour through a first import: a small file of invented people, and what each step shows.

The tour uploads its file like any other, reads and checks it, and never sends: that is left to a
person, as always. Its notes stand on the imports that the person made while the tour is on.
"""

from django.core.files.base import ContentFile

from imports import access
from imports.intake import upload
from imports.models import EDITABLE, Customer, Import, ImportState
from portal.models import Tour, User

FILE_NAME = "tour-leads.csv"
NOT_OVER = (ImportState.UPLOADED, ImportState.READING, *EDITABLE)

# Each line but the first person's shows something that a plain upload would have imported.
_LINES = (
    ("Leads of the autumn fair (invented: nobody of them exists)",),
    ("Full name", "Phone", "E-mail", "Source", "Customer number", "Visited on"),
    ("Ana Souza", "(206) 555-0123", "ana@example.com", "Google Ads", "10482", "03/04/2025"),
    ("Ben Okafor", "07x 555", "ben@example.com", "Referral", "10483", "05/04/2025"),
    ("Chen Li", "2.06556E+09", "chen.li@example.com", "Referral", "10484", "05/04/2025"),
    ("Dora Novak", "(206) 555-0177", "dora at example", "Referral", "10485", "06/04/2025"),
    ("", "", "", "", "", ""),
    ("Ana Souza", "+1 206 555 0123", "ANA@example.com", "Google Ads", "10482", "07/04/2025"),
    ("Emil\u200b Berg", "(206) 555-0188", "emil@example.com", "Referral", "10486", "08/04/2025"),
    ("Fatima Haddad", "(206) 555-0199", "fatima@example.com", "#N/A", "10487", "09/04/2025"),
    ("Goran Ilic", "(206) 555-0145", "goran@example.com", "Referral", "10488", "10/04/2025"),
)


def content() -> bytes:
    """The file of the tour, as a spreadsheet program writes it."""
    lines = (",".join(f'"{cell}"' for cell in line) for line in _LINES)
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def is_offered(user: User) -> bool:
    """Whether the person has imported nothing yet, could, and did not say no."""
    if user.tour != Tour.OFFERED or not access.customers_to_import_for(user).exists():
        return False
    return not Import.objects.filter(created_by=user).exists()


def is_shown_on(user: User, lead_import: Import) -> bool:
    """Whether the tour's notes stand on the pages of this import."""
    return user.tour == Tour.ON and lead_import.created_by_id == user.pk


def start(user: User, customer: Customer) -> Import:
    """Turn the tour on and upload its file; one of an earlier tour that was not sent will do.

    Raises BadInput where the file cannot be kept now.
    """
    earlier = Import.objects.filter(
        created_by=user, customer=customer, file_name=FILE_NAME, state__in=NOT_OVER
    )
    made = earlier.order_by("-pk").first()
    if made is None:
        made = upload.accept(customer, user, ContentFile(content()), FILE_NAME)
    _choose(user, Tour.ON)
    return made


def stop(user: User) -> None:
    """Show it no more; it can be taken again from the help page."""
    _choose(user, Tour.OFF)


def _choose(user: User, choice: Tour) -> None:
    User.objects.filter(pk=user.pk).update(tour=choice)
    user.tour = choice

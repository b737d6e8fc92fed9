"""Problems that a person sees as one: phones that cannot be dialled, numbers that lost digits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MOST_WAYS = 3  # that one sentence names


@dataclass(frozen=True, slots=True)
class Family:
    """What its cells are called, how much it is worth to know, and what the others become.

    `goes` says what is done with those cells whose rows are not kept back: "7 are …".
    """

    code: str
    one: str
    many: str
    weight: int
    goes: str


_LOST = Family("digits", "number", "numbers", 95, "sent without the number")
_EMAILS = Family("emails", "e-mail", "e-mails", 90, "sent without the e-mail")
_PHONES = Family("phones", "phone", "phones", 88, "sent without the phone")
_POSSIBLE = Family("possible", "phone", "phones", 86, "sent without the phone")
_CONTACT = Family("contact", "row", "rows", 80, "sent")
_REFUSED = Family("refused", "value", "values", 78, "sent all the same")
_ERRORS = Family("errors", "cell", "cells", 70, "sent without the cell")
_VALUES = Family("values", "value", "values", 65, "sent without the value")
_DATES = Family("dates", "cell", "cells", 60, "sent without the date")
_NUMBERS = Family("numbers", "cell", "cells", 58, "sent unchanged")
_HIDDEN = Family("hidden", "cell", "cells", 55, "sent without them")
_LONG = Family("long", "text", "texts", 52, "sent without the text")
_NAMES = Family("names", "name", "names", 50, "sent without the name")
_SEVERAL = Family("several", "cell", "cells", 48, "sent with one of them")
_BLANK = Family("placeholders", "contact", "contacts", 40, "read as blank")
_UNLIKELY = Family("unlikely", "phone", "phones", 35, "sent all the same")
_SHARED = Family("shared", "contact", "contacts", 32, "left out, as was decided")
_MERGED = Family("merged", "row", "rows", 30, "sent, as was decided")
_TIDIED = Family("tidied", "cell", "cells", 25, "tidied before sending")
_OTHER = Family("other", "cell", "cells", 10, "sent")

_ROUNDED: Final = "lost digits in a spreadsheet program (like 2.06E+09)"

# A problem's code → its family, and what its cells do: one of them, several of them.
_MEMBERS: Final[Mapping[str, tuple[Family, str, str]]] = {
    "phone_scientific": (_LOST, _ROUNDED, _ROUNDED),
    "digits_lost": (_LOST, _ROUNDED, _ROUNDED),
    "email_invalid": (_EMAILS, "is not a valid address", "are not valid addresses"),
    "email_unusual": (
        _EMAILS,
        "has characters that MEGA may refuse",
        "have characters that MEGA may refuse",
    ),
    "phone_letters": (_PHONES, "has letters", "have letters"),
    "phone_short": (_PHONES, "has too few digits", "have too few digits"),
    "phone_long": (_PHONES, "has too many digits", "have too many digits"),
    "phone_length": (
        _PHONES,
        "has a number of digits that no phone has there",
        "have a number of digits that no phone has there",
    ),
    "phone_local": (_PHONES, "has no area code", "have no area code"),
    "phone_country": (
        _PHONES,
        "has no country code that exists",
        "have no country code that exists",
    ),
    "phone_placeholder": (_PHONES, "is a placeholder", "are placeholders"),
    "no_contact": (_CONTACT, "has no name, phone or e-mail", "have no name, phone or e-mail"),
    "cell_error": (_ERRORS, "holds an error like #N/A", "hold errors like #N/A"),
    "value_unknown": (_VALUES, "is not one of MEGA's", "are not among MEGA's"),
    "owner_not_uuid": (_VALUES, "is not an owner's id", "are not owners' ids"),
    "stage_unreadable": (_VALUES, "is not a stage", "are not stages"),
    "stage_refused": (
        _REFUSED,
        "is a stage that MEGA refused before",
        "are stages that MEGA refused before",
    ),
    "owner_refused": (
        _REFUSED,
        "is an owner whom MEGA refused before",
        "are owners whom MEGA refused before",
    ),
    "date_impossible": (_DATES, "is not a possible date", "are not possible dates"),
    "number_impossible": (_NUMBERS, "is not a number", "are not numbers"),
    "yes_no_unclear": (_VALUES, "is neither yes nor no", "are neither yes nor no"),
    "currency_removed": (_TIDIED, "has a currency", "have a currency"),
    "hidden_removed": (_HIDDEN, "holds invisible characters", "hold invisible characters"),
    "text_long": (_LONG, "is too long once it is changed", "are too long once they are changed"),
    "name_unreadable": (_NAMES, "has no letters", "have no letters"),
    "email_several": (_SEVERAL, "holds several e-mails", "hold several e-mails"),
    "others_kept": (_TIDIED, "holds several contacts", "hold several contacts"),
    "phone_several": (_SEVERAL, "holds several phones", "hold several phones"),
    "placeholder": (_BLANK, "is a placeholder like N/A", "are placeholders like N/A"),
    "phone_possible": (_POSSIBLE, "is merely possible", "are merely possible"),
    "phone_unlikely": (_UNLIKELY, "may not exist", "may not exist"),
    "email_unwrapped": (_TIDIED, "has an e-mail in other text", "have an e-mail in other text"),
    "phone_extension": (_TIDIED, "has an extension", "have an extension"),
    "phone_international": (
        _TIDIED,
        "begins with a country code without its +",
        "begin with a country code without its +",
    ),
    "email_shared": (_SHARED, "is shared by different people", "are shared by different people"),
    "phone_shared": (_SHARED, "is shared by different people", "are shared by different people"),
    "rows_merged": (_MERGED, "holds what others had besides", "hold what others had besides"),
    "stage_reshaped": (_TIDIED, "is a stage's name", "are stages' names"),
}
_REMARK = (_OTHER, "was remarked on by another release", "were remarked on by another release")
CODES: Final = frozenset(_MEMBERS)


def of(code: str) -> Family:
    """The family of a problem; of one that this release does not know, the last of all."""
    return _MEMBERS.get(code, _REMARK)[0]


def way(code: str, count: int) -> str:
    """What a cell with this problem does: "has letters", of several "have letters"."""
    _, one, many = _MEMBERS.get(code, _REMARK)
    return one if count == 1 else many

"""What can be wrong with a cell or a row, in words.

A problem keeps its code, field, header and cell; its sentence is made from the table below, so that
reports and pages may group by code. Codes are stable: stored problems are read again years later.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from imports.columns import clean, fields
from imports.columns.problem_kinds import BY_DECISION, Kind
from portal import characters

Level = Literal["error", "warning"]

LONGEST_FOUND = 80
"""Characters of a cell that a problem repeats."""


_PHONE_REPAIR = "Correct it, or map another column."
_EMAIL_REPAIR = "Correct it, or empty the cell to send the row without it."
_NOTHING_TO_DO = "Nothing to do if that is right."

KINDS: Mapping[str, Kind] = {
    "no_contact": Kind(
        "no name, phone or e-mail",
        "refused",
        "no name, phone or e-mail",
        "MEGA needs one of the three: fill one in.",
    ),
    "placeholder": Kind(
        "placeholder instead of a contact",
        "changed",
        "is a placeholder and is read as blank",
        "Fill in the real one if there is one.",
    ),
    "email_invalid": Kind(
        "e-mail is not an address", "refused", "is not an e-mail address", _EMAIL_REPAIR
    ),
    "email_unusual": Kind(
        "e-mail has characters that MEGA may refuse",
        "changed",
        "has characters that MEGA may refuse; it goes in a request with none but such addresses",
        "Check it. Without those characters it goes with the other rows.",
    ),
    "email_several": Kind(
        "several e-mails in one cell",
        "changed",
        "holds several addresses, only {detail} is sent",
        "Keep one address in the cell if another one is wanted.",
    ),
    "email_unwrapped": Kind(
        "e-mail taken out of other text", "changed", "is sent as {detail}", _NOTHING_TO_DO
    ),
    "phone_letters": Kind(
        "phone has letters", "left_out", "has a letter", "Use digits, or map another column."
    ),
    "phone_short": Kind("phone is too short", "left_out", "has too few digits", _PHONE_REPAIR),
    "phone_long": Kind("phone is too long", "left_out", "has too many digits", _PHONE_REPAIR),
    "phone_length": Kind(
        "phone has the wrong length",
        "left_out",
        "has a number of digits that no phone has there",
        _PHONE_REPAIR,
    ),
    "phone_local": Kind(
        "phone has no area code", "left_out", "has no area code", "Add the area code."
    ),
    "phone_country": Kind(
        "phone has an unknown country code",
        "left_out",
        "has no country code that exists",
        "Begin with + and the country code, such as +12065550123.",
    ),
    "phone_scientific": Kind(
        "phone was rounded by a spreadsheet program",
        "refused",
        "was shortened by a spreadsheet program and its last digits are lost",
        "Format the column as text or as a number without decimals there, and export it again.",
    ),
    "phone_placeholder": Kind(
        "phone is a placeholder",
        "left_out",
        "is a placeholder and not a phone",
        "Fill in the real number, or empty the cell.",
    ),
    "phone_unlikely": Kind(
        "phone may not exist",
        "changed",
        "is sent, though no such number is known to be in use",
        "Check the number.",
    ),
    "phone_possible": Kind(
        "phone is merely possible",
        "left_out",
        "is read as {detail}: the length is right, but no such number is known to be in use",
        "Check the number, or choose on the columns page that such phones are sent.",
    ),
    "phone_several": Kind(
        "several phones in one cell",
        "changed",
        "holds several numbers, only {detail} is sent",
        "Keep one number in the cell if another one is wanted.",
    ),
    "others_kept": Kind(
        "further phones or e-mails kept in a custom field",
        "changed",
        "holds several, {detail} is sent and the others go to a custom field",
        _NOTHING_TO_DO,
    ),
    "phone_extension": Kind(
        "phone has an extension",
        "changed",
        "is sent without its extension {detail}",
        "Map the extension from a column of its own if it matters.",
    ),
    "phone_international": Kind(
        "phone read with a country code",
        "changed",
        "is sent as {detail}",
        "Begin with + and the country code if that is wrong.",
    ),
    "value_unknown": Kind(
        "value is not one of MEGA's",
        "left_out",
        "is not one of MEGA's values",
        "Use {allowed}, or say on the columns page what it means.",
    ),
    "owner_not_uuid": Kind(
        "owner is not an id",
        "left_out",
        "is not a UUID",
        "Say on the columns page who is meant, or use the team member's id in MEGA, such as "
        "3f2b8c1e-5d4a-4c1b-9e7f-0a1b2c3d4e5f.",
    ),
    "stage_reshaped": Kind(
        "stage is not a slug",
        "changed",
        "is sent as {detail}",
        "Say on the columns page which stage is meant if that is not its slug.",
    ),
    "stage_unreadable": Kind(
        "stage has no letters",
        "left_out",
        "has no letter or digit that a slug could have",
        "Use the stage's slug, such as new_lead.",
    ),
    "stage_refused": Kind(
        "stage that MEGA refused before",
        "changed",
        "means a stage that MEGA refused in {detail}",
        "Say on the columns page which stage is meant, or have that one made in MEGA first.",
    ),
    "owner_refused": Kind(
        "owner whom MEGA refused before",
        "changed",
        "means an owner whom MEGA refused in {detail}",
        "Say on the columns page who is meant, or have that person added to the team in MEGA "
        "first.",
    ),
    "name_unreadable": Kind(
        "name has no letters",
        "left_out",
        "has no letter or digit",
        "Fill in the name, or empty the cell.",
    ),
    "date_impossible": Kind(
        "not a possible date",
        "left_out",
        "is not a possible date with the {detail}",
        "Correct it, or say on the columns page how the column's dates are written.",
    ),
    "number_impossible": Kind(
        "not a number",
        "changed",
        "is not a number {detail} and is sent as it stands",
        "Correct it, or say on the columns page how the column's numbers are written.",
    ),
    "currency_removed": Kind(
        "currency beside a number",
        "changed",
        "has a currency, only {detail} is sent",
        "Map a column with the currency if it matters.",
    ),
    "yes_no_unclear": Kind(
        "neither yes nor no",
        "left_out",
        "is neither yes nor no",
        "Correct it, or say on the column's page that it is a text.",
    ),
    "digits_lost": Kind(
        "number was rounded by a spreadsheet program",
        "refused",
        "was shortened by a spreadsheet program and its last digits are lost",
        "Format the column as text or as a number without decimals there, and export it again.",
    ),
    "hidden_removed": Kind(
        "invisible characters removed",
        "changed",
        "contained {detail}, removed before sending",
        "Nothing to do if the rest is right.",
    ),
    "text_long": Kind(
        "text is too long",
        "left_out",
        "has over 32,767 characters once it was changed or joined",
        "Change or join less on the columns page.",
    ),
    "cell_error": Kind(
        "cell holds a spreadsheet error",
        "left_out",
        "is an error of the spreadsheet program",
        "Repair the formula, or empty the cell.",
    ),
    **BY_DECISION,
}

_UNKNOWN = Kind(
    "other problem", "changed", "was remarked on by another release", "Look at the cell."
)


def kind(code: str) -> Kind:
    """The code's entry; one that this release does not know reads as a general remark."""
    return KINDS.get(code, _UNKNOWN)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with one cell (or, for no_contact, with a row).

    `level` "error": the row is not sent; "warning": it is sent, changed or without the value.
    `field` is the target, `header` the column's name, `found` the cell, shortened.
    """

    code: str
    level: Level
    field: str = ""
    header: str = ""
    found: str = ""
    detail: str = ""

    @property
    def sentence(self) -> str:
        """Without the row: "Phone: '07x 555' has a letter. Use digits, or map another column." """
        entry = kind(self.code)
        allowed = _either(self._values())
        fault = entry.fault.format(detail=self.detail, allowed=allowed)
        repair = entry.repair.format(detail=self.detail, allowed=allowed)
        if entry.effect == "left_out" and self.level == "warning":
            fault += "; the row goes without it"
        if not self.header:
            return f"{fault}. {repair}"
        return f"{self.header}: '{self.found}' {fault}. {repair}"

    def at(self, number: int) -> str:
        """The sentence with the number that the spreadsheet program shows for the row."""
        return f"Row {number}{', ' if self.header else ': '}{self.sentence}"

    def to_json(self) -> dict[str, str]:
        """Compact, for jsonb: empty parts are left out."""
        parts = (self.code, self.level[0], self.field, self.header, self.found, self.detail)
        return {key: part for key, part in zip("clfhvd", parts, strict=True) if part}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The problem that `to_json` wrote."""
        level: Level = "error" if stored["l"] == "e" else "warning"
        field, header, found, detail = (str(stored.get(key, "")) for key in "fhvd")
        return cls(str(stored["c"]), level, field, header, found, detail)

    def _values(self) -> tuple[str, ...]:
        field = fields.find(self.field)
        return field.values if field else ()


def shorten(cell: str) -> str:
    """The cell on one line, at most LONGEST_FOUND characters; what is invisible is spelt out."""
    text = cell if cell.isascii() else characters.spelt(cell)
    text = clean.one_line(text)
    return text if len(text) <= LONGEST_FOUND else text[: LONGEST_FOUND - 1] + "…"


def _either(values: tuple[str, ...]) -> str:
    return " or ".join(filter(None, [", ".join(values[:-1]), *values[-1:]]))

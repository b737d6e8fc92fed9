"""Columns whose header says nothing, and whose sample cells say it themselves.

1. A column counts that has no field, was not left out and lost no field to another column.
2. At least 3 of its cells are filled, and 80 % of these say the same: they are e-mail addresses,
   telephone numbers written as such that are in use where the customer is, or values that MEGA
   knows, and two different ones.
3. Contacts are nobody else's: neither says the header so, nor do the cells repeat themselves, as
   the addresses of the colleagues do who look after the leads.
4. A column called "Client" or "Kunde" holds the names, where no other does and the cells look so.

It is always a guess, and only for a field that no column is called like.
"""

import re
from collections.abc import Callable, Collection, Sequence
from functools import partial

from imports.columns import bystanders, choices, emails, fields, headers, loose, phones

_FEWEST = 3  # filled cells
_MOST = 0.8  # of them
_LONGEST = 60  # characters of a telephone number or a name
_NAMES = frozenset({"contact_name", *fields.NAME_PARTS})

_NUMBER = re.compile(r"(?:(?:p|tel)\s*:\s*)?'?(\+?\s?\(?\d[\d\s()./-]*\d)", re.IGNORECASE)
_WRITTEN = re.compile(r"\+|\(\d+\)|\d[\s./-]+\d")
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|\d?\d)"
_NO_PHONE = re.compile(
    r"\d{1,4}([./-])\d{1,2}\1\d{1,4}(?![\d./-]).*"  # 01.05.2026, and 123-45-6789
    r"|(?:19|20)\d\d(?:[./-]|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)).*"  # 2026-000123
    r"|\d+\.\d+|\d+\.\d+\s+-?\d+\.\d+"  # a decimal number, a place on the map
    r"|[1-9]\d{0,2}([. ])\d{3}(?:\2\d{3})*\s*[-/]\s*[1-9]\d{0,2}(?:\2\d{3})+"  # 250.000-300.000
    rf"|{_OCTET}(?:\.{_OCTET}){{3}}"  # an IP address
    r"|\d{3}\.\d{3}\.\d{3}-\d\d|\d\d\.\d{3}\.\d{3}/\d{4}-\d\d"  # CPF and CNPJ in Brazil
)
_NAME = re.compile(r"[^\W\d_]+(?:[ '’.,-]{1,2}[^\W\d_]+){1,4}\.?")

Guess = tuple[str, str]
"""A field, and the reason as a fragment of a sentence."""


def find(
    header_row: Sequence[str],
    columns: Sequence[Sequence[str]],
    out: Collection[int],
    targets: Sequence[str | None],
    region: str,
) -> dict[int, Guess]:
    """The guesses for columns by index, each field once, in the order of the sheet.

    `targets` has what each column feeds already; those in `out` are left alone. `region` (such as
    "US") is for phones.
    """
    taken = {target for target in targets if target}
    found: dict[int, Guess] = {}
    for index, target in enumerate(targets):
        if target or index in out:
            continue
        cells = [cell for cell in columns[index] if cell]
        guess = _look(header_row[index], cells, taken, region) if len(cells) >= _FEWEST else None
        if guess:
            found[index] = guess
            taken.add(guess[0])
    return found


def _look(header: str, cells: Sequence[str], taken: Collection[str], region: str) -> Guess | None:
    """The field that is still free and that the cells say."""
    target, reason = _contact(header, cells, region) or _known(cells) or ("", "")
    group = _NAMES if target in _NAMES else {target}
    return (target, reason) if target and group.isdisjoint(taken) else None


def _contact(header: str, cells: Sequence[str], region: str) -> Guess | None:
    words = headers.words(header)
    if loose.is_of_others(words) or 2 * len({cell.casefold() for cell in cells}) <= len(cells):
        return None
    if _read(_email, cells):
        return "contact_email", "its samples are e-mail addresses"
    if bystanders.NUMBERED.isdisjoint(words) and _are_phones(cells, region):
        return "contact_phone", "its samples are phone numbers"
    if "".join(words) in bystanders.PEOPLE and _read(_name, cells):
        return "contact_name", "its samples look like names"
    return None


def _known(cells: Sequence[str]) -> Guess | None:
    """Lead lines before platforms, of which "Direct" may be said of anything."""
    for field in ("lead_line", "source_platform"):
        if len(set(_read(partial(choices.recognise, field), cells))) >= 2:
            return field, "its samples are values that MEGA knows"
    return None


def _read(read: Callable[[str], str | None], cells: Sequence[str]) -> list[str]:
    """What the cells say; nothing, and soon, when more than a few of them say nothing."""
    misses = len(cells) - _MOST * len(cells)
    said: list[str] = []
    for count, cell in enumerate(cells, start=1):
        if value := read(cell):
            said.append(value)
        elif count - len(said) > misses:
            return []
    return said


def _are_phones(cells: Sequence[str], region: str) -> bool:
    numbers = _read(partial(_phone, region), cells)
    written = sum(_WRITTEN.search(number) is not None for number in numbers)
    return bool(numbers) and 2 * written >= len(numbers)


def _email(cell: str) -> str | None:
    return emails.read_email(cell).value if "@" in cell else None


def _phone(region: str, cell: str) -> str | None:
    """The number of a cell that is a telephone's, and nothing else."""
    found = _NUMBER.fullmatch(cell) if len(cell) <= _LONGEST else None
    if found is None or _NO_PHONE.fullmatch(found[1]):
        return None
    if not 9 <= sum(map(str.isdigit, found[1])) <= 15:
        return None
    read = phones.read_phone(cell, region)
    return found[1] if read.value and not read.notes else None


def _name(cell: str) -> str | None:
    return cell if len(cell) <= _LONGEST and _NAME.fullmatch(cell) else None

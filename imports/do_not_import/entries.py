"""What somebody writes into a list: e-mail addresses, phones and domains, however they are spelt.

They are read as the cells of a sheet are, so that an entry is found again in whatever spelling a
lead comes: by MEGA's rule e-mails in lower case, and phones by their last ten digits.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from imports.columns import clean, emails, one_phone, phones
from imports.columns.clean import Cleaned
from imports.models import ListEntry
from portal import characters

EMAIL, PHONE, DOMAIN = ListEntry.Kind.EMAIL, ListEntry.Kind.PHONE, ListEntry.Kind.DOMAIN
LONGEST: Final = 300  # characters of a line or cell that is looked at
_SHOWN: Final = 60
_BEFORE_DOMAIN = re.compile(r"^(?:https?://)?(?:www\.)?(?:\*\.)?@?", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[\w-]+\.)+[^\W\d_][\w-]+")
_BETWEEN = re.compile(r"[;,\t]")
# Millions of people have an address there.
_PROVIDERS: Final = frozenset(
    {
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "yahoo.com",
        "ymail.com",
        "aol.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "gmx.com",
        "gmx.net",
        "gmx.de",
        "web.de",
        "t-online.de",
        "mail.com",
        "mail.ru",
        "yandex.ru",
        "proton.me",
        "protonmail.com",
        "comcast.net",
        "verizon.net",
        "att.net",
        "orange.fr",
        "free.fr",
        "libero.it",
        "hotmail.co.uk",
        "yahoo.co.uk",
        "btinternet.com",
        "qq.com",
        "163.com",
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one entry is about. The value is hashed and never stored."""

    kind: ListEntry.Kind
    value: str

    def __repr__(self) -> str:
        return f"<entry {self.kind}>"

    @property
    def hint(self) -> str:
        """What may be kept of it for people: j…@e….com, …58."""
        if self.kind == PHONE:
            return f"…{self.value[-2:]}"
        local, _, domain = self.value.rpartition("@")
        name, _, end = domain.rpartition(".")
        before = f"{local[:1]}…@" if local else ""
        return f"{before}{name[:1]}….{end[:20]}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line or cell as it was given, and the entry in it or why there is none."""

    number: int
    text: str
    entry: Entry | None
    why: str = ""

    def __repr__(self) -> str:
        return f"<line {self.number}>"


def read_lines(text: str, region: str) -> Iterator[Line]:
    """Read what was typed or pasted: an entry a line, or several with commas or tabs between."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield from read_line(number, line, region)


def read_line(number: int, line: str, region: str) -> Iterator[Line]:
    """Read one line of text."""
    pieces = [piece for piece in _BETWEEN.split(line) if piece.strip()]
    read = [list(read_cell(number, piece, region)) for piece in pieces]
    if len(pieces) > 1 and not all(one.entry for piece in read for one in piece):
        whole = list(read_cell(number, line, region))
        if all(one.entry for one in whole):  # a comma in a name before <ann@example.com>
            read = [whole]
    for piece in read:
        yield from piece


def read_cell(number: int, cell: str, region: str) -> Iterator[Line]:
    """Give a line for each entry in a cell; one with the reason where there is none."""
    shown = clean.one_line(cell)[:_SHOWN]
    found, why = _read(clean.one_line(cell)[:LONGEST], region)
    for entry in found:
        yield Line(number, shown, entry)
    if not found:
        yield Line(number, shown, None, why)


def is_sure(cell: str, region: str) -> ListEntry.Kind | None:
    """Return as what a cell is surely to be read: many a number could be a phone somewhere."""
    text = clean.one_line(cell)[:LONGEST]
    if "@" not in text and not _domain_in(text):
        return PHONE if one_phone.is_sure(phones.read_phone(text, region)) else None
    found, _ = _read(text, region)
    return found[0].kind if found else None


def _read(text: str, region: str) -> tuple[list[Entry], str]:
    if "@" in text.lstrip("@ "):
        return _emails(text)
    if domain := _domain_in(text):
        return _domain(domain)
    if any(map(str.isdigit, text)):
        return _phones(text, region)
    return [], "This is neither an e-mail address, nor a phone, nor a domain such as example.com."


def _emails(text: str) -> tuple[list[Entry], str]:
    read = emails.read_email(text)
    values = [read.value, *(emails.read_email(one).value for one in _others(read))]
    found = [Entry(EMAIL, value.lower()) for value in dict.fromkeys(values) if value]
    return found, "This is no e-mail address that could be imported, or one that stands for nobody."


def _phones(text: str, region: str) -> tuple[list[Entry], str]:
    read = phones.read_phone(text, region)
    values = [read.value, *(phones.read_phone(one, region).value for one in _others(read))]
    found = [Entry(PHONE, value[1:][-10:]) for value in dict.fromkeys(values) if value]
    return found, (
        f"This is no phone number of the region {region}. Write it with + and the country code, "
        "or choose another region."
    )


def _others(read: Cleaned) -> list[str]:
    return [other for note in read.notes for other in note.others]


def _domain_in(text: str) -> str:
    bare = _BEFORE_DOMAIN.sub("", characters.bare(text)).partition("/")[0].rstrip(".")
    return bare if _DOMAIN.fullmatch(bare) else ""


def _domain(text: str) -> tuple[list[Entry], str]:
    address = emails.read_email(f"someone@{text}").value
    if address is None:
        return [], "This is no domain that an e-mail address could have."
    domain = address.partition("@")[2]
    if domain in _PROVIDERS:
        return [], (
            f"Millions of people have an address at {domain}. List single addresses instead."
        )
    return [Entry(DOMAIN, domain)], ""


def domain_of(email_key: str) -> Entry | None:
    """Return the entry of an address's whole domain; None where that is a provider's."""
    found, _ = _domain(email_key.rpartition("@")[2])
    return found[0] if found else None

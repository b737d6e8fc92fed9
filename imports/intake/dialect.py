"""How a spreadsheet was read, and how much of one is read at all."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self

FileKind = Literal["csv", "xlsx", "xlsb", "xls", "ods"]
Packing = Literal["", "gzip", "zip"]

# What a person may choose when the encoding that was found is wrong.
ENCODINGS = (
    "utf-8",
    "utf-8/cp1252",
    "cp1252",
    "utf-16-le",
    "utf-16-be",
    "utf-32-le",
    "utf-32-be",
    "iso8859-15",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp437",
    "cp850",
    "mac-roman",
)
DELIMITERS = (",", ";", "\t", "|")
QUOTES = ('"', "'")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written. Given as a choice, an empty field is one that is to be found.

    encoding  one of ENCODINGS; "utf-8/cp1252" is UTF-8 with stray Windows-1252 bytes (CSV only)
    delimiter, quote  one character each (CSV only)
    sheet  the name of the sheet (workbooks only)
    header_row  the number of the row with the headings, as the spreadsheet program shows it
    packing  what the file was unpacked from; found anew each time
    """

    kind: FileKind | Literal[""] = ""
    encoding: str = ""
    delimiter: str = ""
    quote: str = ""
    sheet: str = ""
    header_row: int = 0
    packing: Packing = ""

    def as_dict(self) -> dict[str, Any]:
        """Give what JSON can hold; `from_dict` reads it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Read what `as_dict` gave; names that this release does not know are passed over."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused before or while it is read. The last three bound what opens workbooks."""

    file_bytes: int = 200 * 1024 * 1024
    rows: int = 1_048_576
    columns: int = 16_384
    cell_chars: int = 1024 * 1024
    row_chars: int = 16 * 1024 * 1024
    zip_entries: int = 10_000
    inflated_bytes: int = 2 * 1024**3
    unpacked_bytes: int = 1024**3  # of a spreadsheet that comes in a gzip or ZIP
    inflated_ratio: int = 200  # asked of entries that inflate to more than `ratio_from` bytes
    ratio_from: int = 20 * 1024 * 1024
    memory_bytes: int = 2 * 1024**3
    cpu_seconds: int = 120
    wait_seconds: float = 120.0  # for the next rows, not for the whole file


DEFAULT = Limits()

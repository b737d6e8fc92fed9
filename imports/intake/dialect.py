"""How a spreadsheet was read, and how much of one is read at all."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self

FileKind = Literal["csv", "xlsx", "xlsb", "xls", "ods"]
Packing = Literal["", "gzip", "zip"]

# What a person may choose when the encoding that was found is wrong, in words.
ENCODINGS = {
    "utf-8": "Unicode (UTF-8)",
    "utf-8/cp1252": "Unicode with stray Windows characters",
    "cp1252": "Western European (Windows-1252)",
    "iso8859-15": "Western European (ISO 8859-15)",
    "mac-roman": "Macintosh (Roman)",
    "cp850": "DOS Western European (850)",
    "cp437": "DOS (437)",
    "utf-16-le": "Unicode (UTF-16, little-endian)",
    "utf-16-be": "Unicode (UTF-16, big-endian)",
    "utf-32-le": "Unicode (UTF-32, little-endian)",
    "utf-32-be": "Unicode (UTF-32, big-endian)",
    "cp1250": "Central European (Windows-1250)",
    "iso8859-2": "Central European (ISO 8859-2)",
    "cp852": "DOS Central European (852)",
    "cp1251": "Cyrillic (Windows-1251)",
    "koi8-r": "Cyrillic (KOI8-R)",
    "koi8-u": "Cyrillic (KOI8-U)",
    "iso8859-5": "Cyrillic (ISO 8859-5)",
    "cp866": "DOS Cyrillic (866)",
    "mac-cyrillic": "Macintosh (Cyrillic)",
    "cp1253": "Greek (Windows-1253)",
    "iso8859-7": "Greek (ISO 8859-7)",
    "cp1254": "Turkish (Windows-1254)",
    "cp1255": "Hebrew (Windows-1255)",
    "cp1256": "Arabic (Windows-1256)",
    "cp1257": "Baltic (Windows-1257)",
    "cp1258": "Vietnamese (Windows-1258)",
    "cp874": "Thai (Windows-874)",
    "cp932": "Japanese (Shift-JIS)",
    "euc_jp": "Japanese (EUC-JP)",
    "iso2022_jp": "Japanese (ISO-2022-JP)",
    "gb18030": "Chinese, simplified (GB18030)",
    "cp950": "Chinese, traditional (Big5)",
    "big5hkscs": "Chinese, Hong Kong (Big5-HKSCS)",
    "cp949": "Korean (EUC-KR)",
    "johab": "Korean (Johab)",
}
DELIMITERS = {
    ",": "comma  ,",
    ";": "semicolon  ;",
    "\t": "tab",
    "|": "pipe  |",
    "^": "caret  ^",
    "\x1f": "unit separator (1F)",
}
NO_ESCAPE = "none"
ESCAPES = {"\\": "a backslash  \\", NO_ESCAPE: "nothing: a backslash is one"}
QUOTES = {'"': 'double quotes  "', "'": "single quotes  '"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written. Given as a choice, an empty field is one that is to be found.

    encoding  one of ENCODINGS; "utf-8/cp1252" is UTF-8 with stray Windows-1252 bytes (CSV only)
    delimiter, quote  one character each (CSV only)
    escape  a backslash where one takes the next character as it is, as MySQL writes; NO_ESCAPE
            where somebody chose that none does (CSV only)
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
    escape: str = ""

    @property
    def words(self) -> str:
        """How the file is written, for people: "CSV, Greek (ISO 8859-7), columns …"."""
        packed = f" in a {self.packing.upper()}" if self.packing else ""
        if self.kind != "csv":
            program = "OpenDocument" if self.kind == "ods" else "Excel"
            return f"{program} workbook ({self.kind.upper()}){packed}, sheet “{self.sheet}”"
        encoding = ENCODINGS.get(self.encoding, self.encoding)
        mark = DELIMITERS.get(self.delimiter, self.delimiter)
        said = f"CSV{packed}, {encoding}, columns separated by {mark.split('  ')[0]}"
        if self.quote == "'":
            said += ", cells quoted by single quotes"
        if self.escape:
            said += f", backslashes as {'escapes' if self.escape_mark else 'they stand'}"
        return said

    @property
    def escape_mark(self) -> str:
        """The character that escapes, "" where none does."""
        return "" if self.escape == NO_ESCAPE else self.escape

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

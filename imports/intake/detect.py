"""What kind of file this is, decided by its content and never by its name."""

import re
from itertools import islice
from pathlib import Path

from imports.errors import UnreadableFile
from imports.intake import archive, ole
from imports.intake.dialect import DEFAULT, FileKind, Packing
from imports.intake.marks import marked, unmarked

HEAD_BYTES = 64 * 1024
MANIFEST_PIECES = 8
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
CONVERT = "Save it as XLSX or CSV and upload that."

# First bytes → what it is, in the words of a person who has such a file.
SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "a PDF", "Open the spreadsheet it was made from and save that as XLSX or CSV."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it and upload the spreadsheet in it."),
    (b"Rar!\x1a\x07", "a RAR archive", "Unpack it and upload the spreadsheet that is in it."),
    (b"BZh", "a bzip2 archive", "Unpack it and upload the spreadsheet that is in it."),
    (b"\xfd7zXZ\x00", "an xz archive", "Unpack it and upload the spreadsheet that is in it."),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", "Unpack it and upload the spreadsheet in it."),
    (b"\x89PNG\r\n\x1a\n", "a PNG image", "Upload the spreadsheet itself as XLSX or CSV."),
    (b"\xff\xd8\xff", "a JPEG image", "Upload the spreadsheet itself as XLSX or CSV."),
    (b"GIF8", "a GIF image", "Upload the spreadsheet itself as XLSX or CSV."),
    (b"II*\x00", "a TIFF image", "Upload the spreadsheet itself as XLSX or CSV."),
    (b"MM\x00*", "a TIFF image", "Upload the spreadsheet itself as XLSX or CSV."),
    (b"\x7fELF", "a program", "Upload a spreadsheet as XLSX or CSV."),
    (b"\xcf\xfa\xed\xfe", "a program", "Upload a spreadsheet as XLSX or CSV."),
    (b"\xca\xfe\xba\xbe", "a program", "Upload a spreadsheet as XLSX or CSV."),
    (b"SQLite format 3\x00", "an SQLite database", "Export the table as CSV and upload that."),
    (b"PAR1", "a Parquet file", "Export the table as CSV and upload that."),
    (b"{\\rtf", "an RTF text document", CONVERT),
    (b"BEGIN:VCALENDAR", "a calendar", "Upload a spreadsheet as XLSX or CSV."),
    (b"ID;PWXL", "a SYLK file", f"Open it in a spreadsheet program. {CONVERT}"),
    (b"ID;PCALC", "a SYLK file", f"Open it in a spreadsheet program. {CONVERT}"),
    (b"BEGIN:VCARD", "a vCard address book", "Export the contacts as CSV and upload that."),
)
# Save those that stand in texts: tabs, line ends (also FileMaker's within cells), the end of DOS,
# ASCII's own separators.
CONTROLS = bytes(set(range(32)) - {0, 9, 10, 11, 12, 13, 26, 0x1D, 0x1E, 0x1F})
LOCK_BYTES, LONGEST_NAME = 165, 54

PASSWORD = ("a workbook with a password", "Remove the password, save it and upload that.")
_AS_SHEET = "Upload a spreadsheet as XLSX or CSV."
_EXPORT = "Export the data as XLSX or CSV and upload that."

# What is told by more than its first bytes.
OTHERS: dict[str, tuple[str, str]] = {
    "exe": ("a Windows program", _AS_SHEET),
    "tar": ("a tar archive", "Unpack it and upload the spreadsheet that is in it."),
    "lock": (
        "not the workbook but the small file “~$…” that Excel keeps beside an open one",
        "Upload the workbook itself, as XLSX or CSV.",
    ),
    "webp": ("a WebP image", "Upload the spreadsheet itself as XLSX or CSV."),
    "film": ("a photo or a film", "Upload the spreadsheet itself as XLSX or CSV."),
    "binary": ("not a spreadsheet but binary data", "Upload an XLSX or a CSV file."),
    "html": ("a web page (HTML), whatever its name says", f"Open it in Excel. {CONVERT}"),
    "mhtml": ("a web page in one file (MHTML)", f"Open it in Excel. {CONVERT}"),
    "xml-2003": ("an “XML Spreadsheet 2003”", f"Open it in Excel. {CONVERT}"),
    "xml": ("an XML file", _EXPORT),
    "json": ("a JSON file", _EXPORT),
    "doc": ("an old Word document", CONVERT),
    "ppt": ("an old PowerPoint presentation", CONVERT),
    "ole": ("an old Microsoft Office file without a spreadsheet in it", CONVERT),
    "zip": ("an archive in which no spreadsheet was found", "Upload one as XLSX or CSV."),
    "password": PASSWORD,
}

# A name within the archive → what the archive is; the first that fits is taken.
ARCHIVES: tuple[tuple[str, str, str], ...] = (
    ("encrypted-package", *PASSWORD),
    ("word/document.xml", "a Word document", CONVERT),
    ("ppt/presentation.xml", "a PowerPoint presentation", CONVERT),
    ("index/document.iwa", "an Apple Numbers document", "Export it as XLSX or CSV instead."),
    ("index.zip", "an Apple Numbers document", "Export it as XLSX or CSV instead."),
    ("meta-inf/container.xml", "an e-book", "Upload a spreadsheet as XLSX or CSV."),
    ("androidmanifest.xml", "an app for Android", "Upload a spreadsheet as XLSX or CSV."),
    ("meta-inf/manifest.mf", "a Java program", "Upload a spreadsheet as XLSX or CSV."),
)
# The first entry of an OpenDocument says what it is, not packed, right after its header.
OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument."
OTHER_DOCUMENTS = {
    b"text": "an OpenDocument text (ODT)",
    b"presentation": "an OpenDocument presentation (ODP)",
    b"graphics": "an OpenDocument drawing (ODG)",
}


def refused_kinds() -> list[tuple[str, str]]:
    """Every kind of file that is told and refused, each once: what it is, and what to do."""
    told = [(found, advice) for _, found, advice in SIGNATURES + ARCHIVES]
    told += [(found, CONVERT) for found in OTHER_DOCUMENTS.values()]
    return list(dict.fromkeys([*told, *OTHERS.values()]))


def kind(path: Path) -> FileKind:
    """Tell the kind of a spreadsheet that is not packed in an archive.

    Raises UnreadableFile, with what it is and what to do, for anything else.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise UnreadableFile(
            "The file is empty (0 bytes). Save the spreadsheet again and upload that."
        )
    if head.startswith(ZIP):
        return _kind_of_zip(path, head)
    if head.startswith(ole.MAGIC):
        return _kind_of_ole(path)
    _refuse_other_formats(head)
    _refuse_other_texts(head)
    return "csv"


def packing(path: Path) -> Packing:
    """Tell a gzip, and a ZIP that is not itself a document, from what is not packed."""
    with path.open("rb") as file:
        head = file.read(256)
        if head.startswith(archive.GZIP):
            return "gzip"
        if not head.startswith(ZIP):
            return ""
    return "" if _is_document(_names_in_zip(path), head) else "zip"


def needs_its_end(head: bytes) -> bool:
    """Tell whether more than its beginning is needed to know the kind of a file."""
    return head.startswith((*ZIP, ole.MAGIC))


def _refusal(found: str, advice: str) -> UnreadableFile:
    return UnreadableFile(f"This is {found}. {advice}")


def _refuse_other_formats(head: bytes) -> None:
    for signature, found, advice in SIGNATURES:
        if head.startswith(signature):
            raise _refusal(found, advice)
    if head.startswith(b"MZ") and b"\x00" in head[:64]:
        raise _refusal(*OTHERS["exe"])
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        raise _refusal(*OTHERS["webp"])
    if head[4:8] == b"ftyp":
        raise _refusal(*OTHERS["film"])
    if head[257:262] == b"ustar":
        raise _refusal(*OTHERS["tar"])
    if len(head) == LOCK_BYTES and head[0] <= LONGEST_NAME and head.endswith((b" \0", b" ")):
        raise _refusal(*OTHERS["lock"])
    if not marked(head) and _is_binary(head):
        raise _refusal(*OTHERS["binary"])


def _is_binary(head: bytes) -> bool:
    """Text has next to no control characters; single NULs are removed later, with a note."""
    if other := unmarked(head):
        head = head.decode(other, "replace").encode()
    controls = len(head) - len(head.translate(None, CONTROLS))
    return controls * 50 > len(head) or not head.strip(b"\x00")


def _refuse_other_texts(head: bytes) -> None:
    # UTF-16 is looked at without its NULs: good enough to recognise ASCII keywords.
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\x00", b"").lstrip()[:2048].lower()
    if re.match(rb"<!doctype html|<html|<head|<body|<table|<meta", text):
        raise _refusal(*OTHERS["html"])
    if text.startswith(b"mime-version:"):
        raise _refusal(*OTHERS["mhtml"])
    if b"urn:schemas-microsoft-com:office:spreadsheet" in text:
        raise _refusal(*OTHERS["xml-2003"])
    if text.startswith(b"<?xml"):
        raise _refusal(*OTHERS["xml"])
    if re.match(rb'\{\s*("|\}$)|\[\s*(\{|\[|"|\]$)', text):
        raise _refusal(*OTHERS["json"])


def _kind_of_ole(path: Path) -> FileKind:
    with ole.Streams(path) as streams:
        if streams.holds("EncryptedPackage", "EncryptionInfo"):
            raise _refusal(*PASSWORD)
        if streams.holds("WordDocument"):
            raise _refusal(*OTHERS["doc"])
        if streams.holds("PowerPoint Document"):
            raise _refusal(*OTHERS["ppt"])
        if not streams.holds("Workbook", "Book"):
            raise _refusal(*OTHERS["ole"])
        if streams.has_password("Workbook", "Book"):
            raise _refusal(*PASSWORD)
    return "xls"


def _is_document(names: set[str], head: bytes) -> bool:
    return (
        head[30:].startswith(OPEN_DOCUMENT)
        or {"[content_types].xml", "content.xml"} & names != set()
        or any(name in names for name, *_ in ARCHIVES)
    )


def _kind_of_zip(path: Path, head: bytes) -> FileKind:
    names = _names_in_zip(path)
    for name, found, advice in ARCHIVES:
        if name in names:
            raise _refusal(found, advice)
    for kind_of_document, found in OTHER_DOCUMENTS.items():
        if head[30:].startswith(OPEN_DOCUMENT + kind_of_document):
            raise _refusal(found, CONVERT)
    if "content.xml" in names:
        return _open_document(path)
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "[content_types].xml" in names and any("workbook" in name for name in names):
        return "xlsx"
    raise _refusal(*OTHERS["zip"])


def _open_document(path: Path) -> FileKind:
    """An OpenDocument lists which of its parts are encrypted, in a part that never is."""
    with path.open("rb") as file:
        for entry in archive.entries(file, DEFAULT):
            if entry.name.lower() == "meta-inf/manifest.xml":
                pieces = archive.inflated(
                    file, entry.offset, entry.packed, deflated=entry.method == archive.DEFLATED
                )
                if b"encryption-data" in b"".join(islice(pieces, MANIFEST_PIECES)):
                    raise _refusal(*PASSWORD)
    return "ods"


def _names_in_zip(path: Path) -> set[str]:
    """Give the archive's names in small letters; raises UnreadableFile where its end is missing."""
    with path.open("rb") as file:
        if not archive.has_end(file):
            raise UnreadableFile(
                "The workbook or archive is damaged: its end is missing, as after a broken"
                " download or upload. Upload it again, or open it in Excel and save it again.",
                code="damaged",
            )
        found = archive.entries(file, DEFAULT)
    return {entry.name.replace("\\", "/").lower() for entry in found}

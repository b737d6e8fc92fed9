"""What kind of file this is, decided by its content and never by its name."""

import re
from pathlib import Path

from imports.errors import UnreadableFile
from imports.intake.dialect import FileKind
from imports.intake.encoding import unmarked_utf16

HEAD_BYTES = 64 * 1024
NAMES_BYTES = 4 * 1024 * 1024
ZIP_END_BYTES = 22 + 65_535
CONVERT = "Save it as XLSX or CSV and upload that."

# First bytes → what it is, in the words of a person who has such a file.
SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "a PDF", "Open the spreadsheet it was made from and save that as XLSX or CSV."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and upload the spreadsheet that is in it."),
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
    (b"BEGIN:VCARD", "a vCard address book", "Export the contacts as CSV and upload that."),
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BOMS = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
CONTROLS = bytes(set(range(32)) - {0, 9, 10, 12, 13, 26})

# A name within the archive → what the archive is; the first that fits is taken.
ARCHIVES: tuple[tuple[bytes, str, str], ...] = (
    (b"xl/workbook.bin", "an XLSB workbook", CONVERT),
    (b"word/document.xml", "a Word document", CONVERT),
    (b"ppt/presentation.xml", "a PowerPoint presentation", CONVERT),
    (b"index/document.iwa", "an Apple Numbers document", "Export it as XLSX or CSV instead."),
    (b"content.xml", "an OpenDocument (ODS) spreadsheet", CONVERT),
)


def kind(path: Path) -> FileKind:
    """Tell CSV from XLSX; raises UnreadableFile, with what it is and what to do, for others."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise UnreadableFile(
            "The file is empty (0 bytes). Save the spreadsheet again and upload that."
        )
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(path)
    if head.startswith(OLE):
        raise _refusal(*_kind_of_ole(path))
    _refuse_other_formats(head)
    _refuse_other_texts(head)
    return "csv"


def _refusal(found: str, advice: str) -> UnreadableFile:
    return UnreadableFile(f"This is {found}. {advice}")


def _refuse_other_formats(head: bytes) -> None:
    for signature, found, advice in SIGNATURES:
        if head.startswith(signature):
            raise _refusal(found, advice)
    if head.startswith(b"MZ") and b"\x00" in head[:64]:
        raise _refusal("a Windows program", "Upload a spreadsheet as XLSX or CSV.")
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        raise _refusal("a WebP image", "Upload the spreadsheet itself as XLSX or CSV.")
    if head[4:8] == b"ftyp":
        raise _refusal("a photo or a film", "Upload the spreadsheet itself as XLSX or CSV.")
    if not head.startswith(BOMS) and _is_binary(head):
        raise _refusal("not a spreadsheet but binary data", "Upload an XLSX or a CSV file.")


def _is_binary(head: bytes) -> bool:
    """Text has next to no control characters; single NULs are removed later, with a note."""
    if wide := unmarked_utf16(head):
        head = head.decode(wide, "replace").encode()
    controls = len(head) - len(head.translate(None, CONTROLS))
    return controls * 50 > len(head) or not head.strip(b"\x00")


def _refuse_other_texts(head: bytes) -> None:
    # UTF-16 is looked at without its NULs: good enough to recognise ASCII keywords.
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\x00", b"").lstrip()[:2048].lower()
    if re.match(rb"<!doctype html|<html|<head|<body|<table|<meta", text):
        raise _refusal("a web page (HTML), whatever its name says", f"Open it in Excel. {CONVERT}")
    if b"urn:schemas-microsoft-com:office:spreadsheet" in text:
        raise _refusal("an “XML Spreadsheet 2003”", f"Open it in Excel. {CONVERT}")
    if text.startswith(b"<?xml"):
        raise _refusal("an XML file", "Export the data as XLSX or CSV and upload that.")
    if re.match(rb'\{\s*("|\}$)|\[\s*(\{|\[|"|\]$)', text):
        raise _refusal("a JSON file", "Export the data as XLSX or CSV and upload that.")


def _kind_of_ole(path: Path) -> tuple[str, str]:
    content = path.read_bytes()  # the size of the upload is the bound

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in content

    if holds("EncryptedPackage") or holds("EncryptionInfo"):
        return "a workbook with a password", "Remove the password, save it and upload that."
    if holds("WordDocument"):
        return "an old Word document", CONVERT
    if holds("Workbook") or holds("Book"):
        return "an old Excel workbook (.xls)", CONVERT
    return "an old Microsoft Office file without a spreadsheet in it", CONVERT


def _kind_of_zip(path: Path) -> FileKind:
    names = _names_in_zip(path)
    for name, found, advice in ARCHIVES:
        if name in names:
            raise _refusal(found, advice)
    if b"[content_types].xml" in names and b"workbook" in names:
        return "xlsx"
    raise _refusal("a ZIP archive", "Unpack it and upload the spreadsheet that is in it.")


def _names_in_zip(path: Path) -> bytes:
    """Read the archive's list of contents as it is: nothing is unpacked, nothing is believed."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - ZIP_END_BYTES))
        tail = file.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) - at < 22:
            raise UnreadableFile(
                "The workbook is damaged: its end is missing, as after a broken download or"
                " upload. Upload it again, or open it in Excel and save it anew.",
                code="damaged",
            )
        end = size - len(tail) + at
        length = min(int.from_bytes(tail[at + 12 : at + 16], "little"), NAMES_BYTES, end)
        file.seek(end - length)
        return file.read(length).replace(b"\\", b"/").lower()

"""Files of formats that no library here writes, made byte by byte."""

import io
import struct
import zipfile

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ODF_NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for short, long in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
    )
)
ODF_NAMES += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'

MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/"'
    ' manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/><manifest:file-entry'
    ' manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


def ole(name, stream=b""):
    """An Office container with one stream in its directory: header, stream, directory."""
    header = bytearray(OLE_MAGIC + bytes(504))
    header[24:34] = struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6)
    entry = bytearray(128)
    label = name.encode("utf-16-le") + b"\x00\x00"
    entry[: len(label)] = label
    entry[64:66] = struct.pack("<H", len(label))
    entry[116:124] = struct.pack("<2I", 0, len(stream))
    return bytes(header) + stream.ljust(512, b"\x00") + bytes(entry).ljust(512, b"\x00")


def ods(*sheets, styles=""):
    """An OpenDocument of (name, XML of the rows) or (name, XML, attributes of the table)."""
    tables = "".join(
        f'<table:table table:name="{name}" {" ".join(more)}>{rows}</table:table>'
        for name, rows, *more in sheets
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {ODF_NAMES}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    return zipped(
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content),
        ("META-INF/manifest.xml", MANIFEST),
    )


def ods_row(*cells, more=""):
    """A row of texts and of cells that are XML already."""
    made = (cell if cell.startswith("<") else ods_cell(cell) for cell in cells)
    return f"<table:table-row {more}>{''.join(made)}</table:table-row>"


def ods_cell(text, kind="string", more=""):
    """A cell that shows a text."""
    if not text:
        return f"<table:table-cell {more}/>"
    return (
        f'<table:table-cell office:value-type="{kind}" {more}>'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


def zipped(*entries, pack=zipfile.ZIP_DEFLATED):
    """A ZIP of (name, content)."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", pack) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return into.getvalue()

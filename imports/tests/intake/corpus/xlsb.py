"""An XLSB by hand: records of a kind, a length and as many bytes."""

import struct

from imports.tests.intake.made import zipped

RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
PERCENT, DATE, ZEROS, ZIP_4 = 1, 2, 3, 4
FORMATS = ((164, "yyyy-mm-dd"), (165, "00000"), (166, "00000\\-0000"))
STYLES = (0, 9, 164, 165, 166)  # number formats of the cells' styles
LOOKS = (0, 0, 9)  # those of whole looks, such as “Percent”: a list of its own


def record(kind, content=b""):
    """One record."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(content), b""
    while True:
        length += bytes([size & 0x7F | (0x80 if size > 127 else 0)])
        size >>= 7
        if not size:
            return head + length + content


def wide(text):
    """A text with its length."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def cell(kind, column, content, style=0):
    """A cell of a row."""
    return record(kind, struct.pack("<2I", column, style) + content)


def row(number, *cells):
    """A row and its cells."""
    return record(0, struct.pack("<2IH3BI", number, 0, 300, 0, 0, 0, 0)) + b"".join(cells)


def text(column, index):
    """A cell with a shared text."""
    return cell(7, column, struct.pack("<I", index))


def real(column, value, style=0):
    """A cell with a number."""
    return cell(5, column, struct.pack("<d", value), style)


def short(column, number, style=0):
    """A cell with a whole number in four bytes, to be divided by a hundred."""
    return cell(2, column, struct.pack("<I", number << 2 | 3), style)


def computed(kind, column, result, style=0):
    """A cell with a formula, of which only the result counts."""
    return cell(kind, column, result + bytes(2) + struct.pack("<2I", 0, 0), style)


TEXTS = ["Name", "Phone", "Rate", "Since", "OK", "Note", "Ann Lee", "Bob Ray", "a\nb"]
ROWS = (
    row(0, *(text(column, column) for column in range(6))),
    row(1, text(0, 6), real(1, 2065550123), real(2, 0.12, PERCENT), real(3, 46329, DATE),
        cell(4, 4, b"\x01"), text(5, 8)),
    row(2, text(0, 7), cell(6, 1, wide("0049 221 5550123")), real(2, 0.5), real(3, 46330, DATE),
        cell(4, 4, b"\x00"), cell(3, 5, b"\x2a")),
)  # fmt: skip
FORMATTED = (
    row(0, *(text(column, column) for column in range(6))),
    row(1, text(0, 6), real(1, 123, ZEROS), short(2, 25, PERCENT), real(3, 46329, DATE),
        real(4, 21341234, ZIP_4), computed(9, 5, struct.pack("<d", 0.125), PERCENT)),
    row(4, text(0, 7), real(1, 123, DATE - 2), computed(11, 2, b"\x07"), cell(3, 3, b"\x17"),
        # A text that looks like an error to whoever does not go record by record.
        cell(6, 4, wide("\u0903x")), text(5, 8)),
)  # fmt: skip


def book(rows=ROWS, dimension=(0, 2, 0, 5)):
    """A workbook of a sheet "Leads", with shared texts and styles."""
    sheet = record(129) + record(148, struct.pack("<4I", *dimension)) + record(145)
    sheet += b"".join(rows) + record(146) + record(130)
    texts = record(159, struct.pack("<2I", len(TEXTS), len(TEXTS)))
    texts += b"".join(record(19, b"\x00" + wide(each)) for each in TEXTS) + record(160)
    bundle = struct.pack("<2I", 0, 1) + wide("rId1") + wide("Leads")
    workbook = record(131) + record(143) + record(156, bundle) + record(144) + record(132)
    return zipped(
        ("[Content_Types].xml", "<Types/>"),
        ("xl/workbook.bin", workbook),
        ("xl/_rels/workbook.bin.rels", _relations()),
        ("xl/worksheets/sheet1.bin", sheet),
        ("xl/sharedStrings.bin", texts),
        ("xl/styles.bin", _styles()),
    )


def _relations():
    parts = (
        ("rId1", "worksheet", "worksheets/sheet1.bin"),
        ("rId2", "styles", "styles.bin"),
        ("rId3", "sharedStrings", "sharedStrings.bin"),
    )
    made = "".join(
        f'<Relationship Id="{name}" Type="{RELS}/{kind}" Target="{target}"/>'
        for name, kind, target in parts
    )
    return f'<Relationships xmlns="{PACKAGE}">{made}</Relationships>'


def _styles():
    formats = b"".join(
        record(44, struct.pack("<H", number) + wide(code)) for number, code in FORMATS
    )
    made = record(278) + record(615, struct.pack("<I", len(FORMATS))) + formats + record(616)
    made += record(626, struct.pack("<I", len(LOOKS))) + _looks(LOOKS, 0xFFFF) + record(627)
    made += record(617, struct.pack("<I", len(STYLES))) + _looks(STYLES, 0) + record(618)
    return made + record(279)


def _looks(numbers, parent):
    return b"".join(
        record(47, struct.pack("<2H", parent, number) + bytes(12)) for number in numbers
    )

"""An XLS by hand, in manners that no library here has: BIFF 5, small streams, short numbers."""

import struct

from imports.tests.intake.made import OLE_MAGIC

SECTOR, SMALL = 512, 64
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
GENERAL, PERCENT, ZEROS, DATE, ZIP_4 = range(15, 20)  # styles of cells; 0 to 14 are of whole looks
STYLES = {PERCENT: 10, ZEROS: 164, DATE: 165, ZIP_4: 166}
CODES = {164: "00000", 165: "yyyy-mm-dd", 166: "00000\\-0000"}


def record(kind, content=b""):
    """One record."""
    return struct.pack("<2H", kind, len(content)) + content


def place(row, column, style=GENERAL):
    """Where a cell stands and how it looks."""
    return struct.pack("<3H", row, column, style)


def label(row, column, text):
    """A cell with a text of its own, as BIFF 5 has them."""
    encoded = text.encode("cp1252")
    return record(0x0204, place(row, column) + struct.pack("<H", len(encoded)) + encoded)


def real(row, column, number, style):
    """A cell with a number."""
    return record(0x0203, place(row, column, style) + struct.pack("<d", number))


def short(number, *, hundredth=False):
    """A whole number in four bytes, perhaps one to be divided by a hundred."""
    return struct.pack("<I", number << 2 | 2 | hundredth)


def short_real(number):
    """The upper 30 bits of a number."""
    return struct.pack("<Q", struct.unpack("<Q", struct.pack("<d", number))[0])[4:]


def formula(row, column, result, style=GENERAL):
    """A cell with a formula, of which only the result counts."""
    return record(0x0006, place(row, column, style) + result + bytes(6) + b"\x03\x00\x1e\x01\x00")


CHART = record(0x0809, struct.pack("<4H", 0x0500, 0x20, 0, 0)) + real(1, 1, 0.99, PERCENT)
HEADINGS = ("Name", "Rate", "Zip", "Since", "Plus", "Share")
CELLS = (
    *(label(0, column, text) for column, text in enumerate(HEADINGS)),
    label(1, 0, "Ann Lee"),
    record(0x027E, place(1, 1, PERCENT) + short(25, hundredth=True)),
    # Several short numbers at once: a ZIP code, a date, a ZIP code with four more digits.
    record(0x00BD, struct.pack("<2H", 1, 2) + struct.pack("<H", ZEROS) + short(123)
           + struct.pack("<H", DATE) + short(46329) + struct.pack("<H", ZIP_4) + short(21341234)
           + struct.pack("<H", 4)),
    formula(1, 5, struct.pack("<d", 0.125), PERCENT),
    CHART + record(0x000A),
    label(2, 0, "Bob Ray"),
    record(0x0205, place(2, 1) + b"\x2a\x01"),
    formula(2, 2, b"\x02\x00\x07\x00\x00\x00\xff\xff"),
    record(0x027E, place(2, 3, DATE) + short(46330)),
    record(0x0205, place(2, 4) + b"\x01\x00"),
    record(0x027E, place(2, 5, PERCENT) + short_real(0.5)),
)  # fmt: skip


def stream(cells=CELLS):
    """A workbook of one sheet "Leads" as BIFF 5 has it."""
    begin = record(0x0809, struct.pack("<4H", 0x0500, 5, 0, 0))
    codes = b"".join(
        record(0x041E, struct.pack("<HB", number, len(code)) + code.encode())
        for number, code in CODES.items()
    )
    styles = b"".join(
        record(0x00E0, struct.pack("<2H", 0, STYLES.get(style, 0)) + bytes(12))
        for style in range(20)
    )
    above = begin + record(0x0042, struct.pack("<H", 1252)) + codes + styles
    name = b"\x05Leads"
    at = len(above) + len(record(0x0085, bytes(6) + name)) + len(record(0x000A))
    sheet = record(0x0809, struct.pack("<4H", 0x0500, 0x10, 0, 0)) + b"".join(cells)
    listed = record(0x0085, struct.pack("<IH", at, 0) + name)
    return above + listed + record(0x000A) + sheet + record(0x000A)


def book(content=None, name="Book"):
    """An Office file whose one stream is smaller than 4096 bytes, so that it lies in small sectors.

    Sectors: 0 the table, 1 the directory, 2 the table of small sectors, from 3 on their content.
    """
    content = stream() if content is None else content
    assert len(content) < 4096
    smalls = -(-len(content) // SMALL)
    held = content.ljust(-(-smalls * SMALL // SECTOR) * SECTOR, b"\x00")
    sectors = len(held) // SECTOR
    chain = [*range(4, 3 + sectors), END]
    table = _numbers([TABLE, END, END, *chain])
    small_table = _numbers([*range(1, smalls), END])
    head = bytearray(OLE_MAGIC + bytes(68)).ljust(SECTOR, b"\xff")
    head[24:34] = struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6)
    head[44:76] = struct.pack("<8I", 1, 1, 0, 4096, 2, 1, END, 0)
    head[76:80] = struct.pack("<I", 0)
    directory = _entry("Root Entry", 5, 3, smalls * SMALL, child=1) + _entry(
        name, 2, 0, len(content)
    )
    return bytes(head) + table + directory.ljust(SECTOR, b"\x00") + small_table + held


def _numbers(numbers):
    return struct.pack(f"<{len(numbers)}I", *numbers).ljust(SECTOR, b"\xff")


def _entry(name, kind, start, size, child=FREE):
    label = name.encode("utf-16-le") + b"\x00\x00"
    entry = bytearray(label.ljust(64, b"\x00") + struct.pack("<H2B", len(label), kind, 1))
    entry += struct.pack("<3I", FREE, FREE, child) + bytes(36) + struct.pack("<2IQ", start, size, 0)
    return bytes(entry[:116]) + struct.pack("<3I", start, size, 0)

"""What the process that parses workbooks says to ours: pieces of known length.

Rows are texts with separators between, which both sides join and split at the speed of memory; a
cell that holds such a separator makes its frame JSON. A frame is a letter, four bytes of length,
and as many bytes.
"""

import json
from typing import Any

from imports.intake.celltext import CellValue, text

Rows = str | list[list[str]]  # one text with separators, or cells that hold such
Frame = dict[str, Any] | Rows

HEAD = 5
CELL, ROW = "\x1f", "\x1e"
_JSON, _ROWS = b"J", b"R"


def packed(found: dict[str, Any]) -> bytes:
    """Make the frame of what was found."""
    return _frame(_JSON, json.dumps(found).encode())


def packed_rows(rows: list[list[CellValue]]) -> bytes:
    """Make the frame of rows; blank cells at the end of a row are left out."""
    try:
        joined = _joined(rows)  # most sheets are of texts only
    except TypeError:
        rows = [[value if type(value) is str else text(value) for value in row] for row in rows]
        joined = _joined(rows)
    marks = sum(map(len, rows)) - sum(map(bool, rows))
    if joined.count(CELL) != marks or joined.count(ROW) != len(rows) - 1:
        return _frame(_JSON, json.dumps(list(map(_trimmed, rows))).encode())
    if CELL + ROW in joined or joined.endswith(CELL):
        joined = _joined(list(map(_trimmed, rows)))
    return _frame(_ROWS, joined.encode())


def _joined(rows: list[list[Any]]) -> str:
    """Raises TypeError where a cell is no text."""
    return ROW.join(map(CELL.join, rows))


def _trimmed(row: list[CellValue]) -> list[CellValue]:
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return row[:end]


def _frame(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4, "big") + body


def length(head: bytes) -> int:
    """Tell how many bytes follow the head of a frame."""
    return int.from_bytes(head[1:HEAD], "big")


def unpacked(head: bytes, body: bytes) -> Frame:
    """Read what was packed; raises ValueError for anything else."""
    if head[:1] == _ROWS:
        return body.decode()
    frame: Frame = json.loads(body)
    return frame

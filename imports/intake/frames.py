"""What the process that parses workbooks says to ours: pieces of known length.

Rows are texts with separators between, which both sides join and split at the speed of memory; a
cell that holds such a separator makes its frame JSON. A frame is a letter, four bytes of length,
and as many bytes.
"""

import json
from typing import Any

Frame = dict[str, Any] | list[list[str]]

HEAD = 5
CELL, ROW = "\x1f", "\x1e"
_JSON, _ROWS = b"J", b"R"


def packed(frame: Frame) -> bytes:
    """Make the bytes of a frame. Rows must not end in blank cells."""
    kind, body = _JSON, b""
    if isinstance(frame, list):
        text = ROW.join(map(CELL.join, frame))
        marks = sum(map(len, frame)) - sum(map(bool, frame))
        if frame and text.count(CELL) == marks and text.count(ROW) == len(frame) - 1:
            kind, body = _ROWS, text.encode()
    if kind == _JSON:
        body = json.dumps(frame).encode()
    return kind + len(body).to_bytes(4, "big") + body


def length(head: bytes) -> int:
    """Tell how many bytes follow the head of a frame."""
    return int.from_bytes(head[1:HEAD], "big")


def unpacked(head: bytes, body: bytes) -> Frame:
    """Read what `packed` made; raises ValueError for anything else."""
    if head[:1] == _ROWS:
        return [row.split(CELL) if row else [] for row in body.decode().split(ROW)]
    frame: Frame = json.loads(body)
    return frame

"""A stream of an old Office file, gathered from its sectors.

Sectors are chained through a table, which itself is listed in the header and in further lists.
Whatever points outside of the file, or in a circle, ends what is read.
"""

import struct
from mmap import mmap
from typing import NamedTuple

SHIFTS = {9, 12}
SMALL_SHIFT = 6
SMALL_STREAM = 4096  # bytes; smaller streams lie in small sectors within the root's stream
ENTRY_SIZE, ENTRY_START = 120, 116
HEADER_LISTED = 76  # where the header begins to list the sectors of the table


class _Sectors(NamedTuple):
    """Equal pieces, the first of which begins at `origin`, and which one follows on which."""

    data: mmap | bytes
    shift: int
    origin: int
    following: tuple[int, ...] = ()

    def one(self, number: int) -> bytes:
        begin = self.origin + (number << self.shift)
        return self.data[begin : begin + (1 << self.shift)]

    def chained(self, number: int) -> bytes:
        """Gather a chain; pieces that lie behind one another are taken at once."""
        runs: list[list[int]] = []
        for _ in self.following:  # a circle ends with them
            if number >= len(self.following):  # also the marks for the end of a chain
                break
            if runs and runs[-1][1] == number:
                runs[-1][1] += 1
            else:
                runs.append([number, number + 1])
            number = self.following[number]
        places = ([self.origin + (each << self.shift) for each in run] for run in runs)
        return b"".join(self.data[begin:end] for begin, end in places)


def content(data: mmap, entry: int) -> bytes:
    """Give the stream whose entry in the directory begins at this place; b"" for none."""
    shift = int.from_bytes(data[30:32], "little")
    if shift not in SHIFTS:
        return b""
    sectors = _Sectors(data, shift, 1 << shift)
    sectors = sectors._replace(following=_table(sectors))
    size, start = _number(data, entry + ENTRY_SIZE), _number(data, entry + ENTRY_START)
    if size >= SMALL_STREAM:
        return sectors.chained(start)[:size]
    root = (_number(data, 48) + 1) << shift
    small = sectors.chained(_number(data, root + ENTRY_START))
    following = _numbers(sectors.chained(_number(data, 60)))
    return _Sectors(small, SMALL_SHIFT, 0, following).chained(start)[:size]


def _table(sectors: _Sectors) -> tuple[int, ...]:
    most = len(sectors.data) >> sectors.shift
    listed = list(_numbers(sectors.data[HEADER_LISTED:512]))
    further = _number(sectors.data, 68)
    for _ in range(most):
        if further >= most:
            break
        *more, further = _numbers(sectors.one(further)) or (most,)
        listed += more
    table = b"".join(sectors.one(number) for number in listed[: most + 109] if number < most)
    return _numbers(table)[:most]


def _number(data: mmap | bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])

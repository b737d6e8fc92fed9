"""The container of old Office files: which streams it has, without believing its sizes."""

import mmap
from pathlib import Path

from imports.intake import ole_stream

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SECTOR_SHIFTS = {9, 12}
BOF = (b"\x09\x08", b"\x09\x04", b"\x09\x02")  # of a workbook: BIFF 5 and 8, 4, 3
FILEPASS = b"\x2f\x00"
RECORDS = 20  # the password stands among the first


class Streams:
    """Names of the streams, and the first bytes of one; close by leaving the `with`."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __enter__(self) -> "Streams":
        return self

    def __exit__(self, *_: object) -> None:
        self._bytes.close()

    def holds(self, *names: str) -> bool:
        """Tell whether one of the names occurs as that of a stream."""
        return any(self._entry(name) >= 0 for name in names)

    def has_password(self, *names: str) -> bool:
        """Tell whether the first records of a workbook's stream say that the rest is encrypted."""
        at = max(map(self._entry, names))
        start = self._start(at) if at >= 0 else -1
        if start < 0 or self._bytes[start : start + 2] not in BOF:
            return False
        for _ in range(RECORDS):
            head = self._bytes[start : start + 4]
            if len(head) < 4 or head[:2] == FILEPASS:
                return head[:2] == FILEPASS
            start += 4 + int.from_bytes(head[2:], "little")
        return False

    def read(self, *names: str) -> bytes:
        """Give the first stream that there is of the names, as far as the file has it."""
        at = next((at for at in map(self._entry, names) if at >= 0), -1)
        return ole_stream.content(self._bytes, at) if at >= 0 else b""

    def _entry(self, name: str) -> int:
        """Find an entry of the directory: a name of 64 bytes at most, then its length."""
        wanted = name.encode("utf-16-le") + b"\x00\x00"
        at = self._bytes.find(wanted)
        while at >= 0:
            length = int.from_bytes(self._bytes[at + 64 : at + 66], "little")
            if at % 128 == 0 and length == len(wanted):
                return at
            at = self._bytes.find(wanted, at + 1)
        return -1

    def _start(self, entry: int) -> int:
        shift = int.from_bytes(self._bytes[30:32], "little")
        sector = int.from_bytes(self._bytes[entry + 116 : entry + 120], "little")
        return (sector + 1) << shift if shift in SECTOR_SHIFTS else -1

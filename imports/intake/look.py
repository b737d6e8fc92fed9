"""A quick look at a file that nobody has claimed yet: its headings, or nothing.

It happens while a person waits for a page, so it is bounded: of a text only the beginning is read;
a workbook, and what is packed, only when it is small. A workbook is read by its child process,
for some seconds. What cannot be seen in that time is left to the reader.
"""

import logging
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NamedTuple

from django.conf import settings

from imports.errors import UnreadableFile
from imports.intake import detect
from imports.intake.dialect import Limits
from imports.intake.sensitive.masking import Masking
from imports.intake.table import open_table

log = logging.getLogger(__name__)

TEXT_BYTES = 512 * 1024
WORKBOOK_BYTES = 16 * 1024 * 1024
BRIEF = Limits(
    file_bytes=WORKBOOK_BYTES,
    unpacked_bytes=64 * 1024 * 1024,
    inflated_bytes=256 * 1024 * 1024,
    memory_bytes=768 * 1024 * 1024,
    cpu_seconds=4,
    wait_seconds=5.0,
)


class Seen(NamedTuple):
    """The headings of the sheet that would be read, and the import that a file of ours names."""

    headings: list[str]
    repairs: int | None = None


NOTHING = Seen([])


def seen(path: Path) -> Seen:
    """Look at a file; NOTHING where that cannot be had quickly."""
    try:
        if not detect.packing(path) and detect.kind(path) == "csv":
            return _of_beginning(path)
        return _of(path) if path.stat().st_size <= WORKBOOK_BYTES else NOTHING
    except (UnreadableFile, OSError) as problem:
        log.info("a file could not be looked at: %s", type(problem).__name__)
        return NOTHING


def _of(path: Path) -> Seen:
    with open_table(path, limits=BRIEF) as table:
        number = table.ours.number if table.ours else None
        return Seen(Masking.of_table(table).headers, number)


def _of_beginning(path: Path) -> Seen:
    """A text of any size costs the same: it is cut after its last whole line."""
    with path.open("rb") as file:
        head = file.read(TEXT_BYTES + 1)
    if len(head) <= TEXT_BYTES:
        return _of(path)
    whole = head[: head.rfind(b"\n") + 1] or head
    with NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as copy:
        copy.write(whole[: len(whole) // 4 * 4] if b"\x00" in whole[:4096] else whole)
        copy.flush()
        return _of(Path(copy.name))

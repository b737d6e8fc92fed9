"""Reading of workbooks through a child process that may die of a hostile file without harm."""

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from imports.errors import UnreadableFile
from imports.intake import frames, parsers
from imports.intake.dialect import Dialect, FileKind, Limits
from imports.intake.merged import Range
from imports.intake.parse import Plain, Record, without_nul
from imports.intake.workbook_child import OUT_OF_MEMORY
from imports.intake.workbook_look import DAMAGED

READ_BYTES = 256 * 1024
FRAME_BYTES = 128 * 1024 * 1024
UNSOLVED = (
    "Some cells hold formulas but no results (the first is {cell}), as programs write them that do"
    " not calculate: they are read as blank. Open the file in Excel, save it and upload that."
)


class Workbook:
    """A workbook, as records of text numbered from row 1 of the chosen sheet."""

    def __init__(self, path: Path, kind: FileKind, choice: Dialect, limits: Limits) -> None:
        self._path, self._kind = path, kind
        self._limits = limits
        self._child: _Child | None = _Child(path, kind, choice.sheet, limits)
        self.doubts: list[str] = []
        try:
            head = self._child.head()
        except BaseException:
            self._child.close()
            raise
        self.sheets: list[str] = head["sheets"]
        self.hidden: list[str] = head["hidden"]
        self.merged: list[Range] = [tuple(each) for each in head["merged"]]
        self.dialect = Dialect(kind=kind, sheet=head["sheet"])
        if head["unsolved"]:
            self.doubts.append(UNSOLVED.format(cell=head["unsolved"]))

    @property
    def label(self) -> str:
        """How sentences call it."""
        return f"The sheet “{self.dialect.sheet}”"

    def blocks(self) -> Iterator[Plain | list[Record]]:
        """Stream the records, the first time from the process that opening has started."""
        child, self._child = self._child, None
        if child is None:
            child = _Child(self._path, self._kind, self.dialect.sheet, self._limits)
        self._reading = child
        try:
            if not child.opened:
                child.head()
            yield from map(_block, child.rows())
        finally:
            child.close()

    def close(self) -> None:
        """End the child processes; harmless when they have ended."""
        for child in (self._child, getattr(self, "_reading", None)):
            if child is not None:
                child.close()


def _block(rows: frames.Rows) -> Plain | list[Record]:
    if isinstance(rows, list):
        return [without_nul(cells, "") for cells in rows]
    block = Plain(rows, rows.split(frames.ROW), frames.CELL, frames.ROW)
    # Excel writes control characters as _x0000_; few frames have one.
    if "\0" in rows:
        return [without_nul(cells, note) for cells, note in block.records()]
    return block


class _Child:
    """One run of the child process: its frames, or a sentence for how it died."""

    def __init__(self, path: Path, kind: FileKind, sheet: str, limits: Limits) -> None:
        self._limits = limits
        self._buffer = bytearray()
        self.opened = False
        request = {
            "path": str(path.resolve()),
            "kind": kind,
            "sheet": sheet,
            "limits": asdict(limits),
            "parent": os.getpid(),
        }
        self._parser = parsers.asked(json.dumps(request).encode())

    def head(self) -> dict[str, Any]:
        """Wait for what the child found; raises UnreadableFile when it refuses or dies."""
        self.opened = True
        found = next(self.said(), None)
        if not isinstance(found, dict):
            raise self._death()
        return found

    def said(self) -> Iterator[frames.Frame]:
        """Stream what the child says, holding one frame at a time."""
        while head := self._take(frames.HEAD):
            if frames.length(head) > FRAME_BYTES:
                raise UnreadableFile(DAMAGED, code="hostile")
            body = self._take(frames.length(head))
            try:
                frame = frames.unpacked(head, body)
            except ValueError as problem:
                raise UnreadableFile(DAMAGED, code="hostile") from problem
            if isinstance(frame, dict) and "refused" in frame:
                raise UnreadableFile(frame["refused"], code=frame["code"])
            yield frame
        if self._status() != 0:
            raise self._death()

    def rows(self) -> Iterator[frames.Rows]:
        """Stream the sheet, some thousand cells at a time."""
        return (frame for frame in self.said() if not isinstance(frame, dict))

    def close(self) -> None:
        """Kill the child and whatever it may have started."""
        self._parser.close()

    def _take(self, size: int) -> bytes:
        """Give so many bytes; fewer where the child ended."""
        while len(self._buffer) < size and (piece := self._read()):
            self._buffer += piece
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _read(self) -> bytes:
        """Wait for output, but not for ever: the clock runs only while we wait."""
        descriptor = self._parser.output.fileno()
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        deadline = time.monotonic() + self._limits.wait_seconds
        while (left := deadline - time.monotonic()) > 0:
            if poll.poll(left * 1000):
                return os.read(descriptor, READ_BYTES)
        raise _too_slow()

    def _status(self) -> int:
        try:
            return self._parser.process.wait(self._limits.wait_seconds)
        except subprocess.TimeoutExpired as problem:
            raise _too_slow() from problem

    def _death(self) -> UnreadableFile:
        """Tell why the child ended: one signal may mean the memory limit or a hostile file."""
        status = self._status()
        self._parser.said_wrong.seek(0)
        said = self._parser.said_wrong.read(4096)
        if status == OUT_OF_MEMORY or b"memory allocation of" in said or b"MemoryError" in said:
            return UnreadableFile(
                "The workbook is too large to be opened: it needs more than"
                f" {self._limits.memory_bytes / 1e6:,.0f} MB of memory. Save the sheet with the"
                " leads as CSV and upload that.",
                code="memory",
            )
        if status in {-signal.SIGXCPU, -signal.SIGKILL}:
            return _too_slow()
        return UnreadableFile(DAMAGED, code="damaged")


def _too_slow() -> UnreadableFile:
    return UnreadableFile(
        "The workbook takes too long to be opened. Save the sheet with the leads as CSV and upload"
        " that.",
        code="slow",
    )

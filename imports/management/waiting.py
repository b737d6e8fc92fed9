"""Waiting at the command line for an import: its progress, its end, the exit status."""

import sys
import time
from collections.abc import Callable
from enum import IntEnum
from typing import Any, TextIO

from imports.columns import derive
from imports.delivery import overwrite_choice, preview, progress
from imports.models import DryRun, Import, ImportState
from imports.reports import balance
from imports.reports.balance import Balance
from imports.review import gates
from portal import characters

POLL_SECONDS = 0.5
BAR = 30  # characters

BEFORE_SENDING = (ImportState.UPLOADED, ImportState.READING, ImportState.CHECKING)
FOR_A_PERSON = (ImportState.MAPPING, ImportState.BLOCKED, ImportState.DECISION)
OVER = (ImportState.FINISHED, ImportState.CANCELLED, ImportState.INCONSISTENT)


class Exit(IntEnum):
    """The exit statuses of `import_leads`; other people's scripts rely on them."""

    CLEAN = 0  # finished; no row is invalid, failed, unknown or not sent
    NOTHING = 1  # nothing could be imported
    SOME = 2  # finished; some rows are
    PERSON = 3  # it waits for a person


class Wait:
    """Watches one import until it ends or needs a person; draws progress on a terminal."""

    def __init__(self, lead_import: Import, stream: TextIO = sys.stderr) -> None:
        self._import = lead_import
        self._stream = stream
        self._alarm = ""

    def for_end(self) -> Exit:
        """Return how it ended. What a person must do was written to the stream."""
        while (status := self._status()) is None:
            self._draw()
            time.sleep(POLL_SECONDS)
            self._import.refresh_from_db()
        self._end_line()
        return status

    def for_dry_run(self, find: Callable[[], DryRun | None]) -> Exit:
        """As `for_end`, for the dry run that the import begins by itself."""
        while True:
            self._import.refresh_from_db()
            dry_run = find()
            status = self._dry_status(dry_run)
            if status is not None:
                self._end_line()
                return status
            self._draw()
            time.sleep(POLL_SECONDS)

    def _status(self) -> Exit | None:
        state = self._import.state
        if state == ImportState.FAILED or self._stays_in_review():
            self._say(self._import.reason)
            return Exit.PERSON if self._asks() else Exit.NOTHING
        if state in FOR_A_PERSON:
            self._say(self._import.reason or ImportState(state).label)
            return Exit.PERSON
        if state in OVER and self._import.finished_at is not None:
            return exit_of(balance.balance(self._import))
        return None

    def _asks(self) -> bool:
        """Whether a person can answer what keeps it in review."""
        if self._import.state != ImportState.REVIEW:
            return False
        asked = overwrite_choice.waiting(self._import, preview.standing(self._import))
        return self._import.reason == asked != "" or bool(gates.open_gates(self._import))

    def _dry_status(self, dry_run: DryRun | None) -> Exit | None:
        if dry_run is None:
            return self._status()
        if dry_run.state == DryRun.State.DONE:
            return exit_of(balance.predicted(dry_run))
        if dry_run.state in (DryRun.State.FAILED, DryRun.State.CANCELLED):
            self._say(dry_run.reason or "The dry run was cancelled.")
            return Exit.NOTHING
        if self._import.customer.accepted_token is None:
            self._say("MEGA refused the customer's token. Set a new one; the dry run then goes on.")
            return Exit.PERSON
        return None

    def _stays_in_review(self) -> bool:
        """Whether it was to be sent by itself and could not be."""
        waits = self._import.state == ImportState.REVIEW and not self._import.once_checked
        return waits and bool(self._import.reason)

    def _draw(self) -> None:
        self._warn()
        if not self._stream.isatty():
            return
        done, total, what = self._progress()
        filled = round(BAR * done / total) if total else 0
        bar = "█" * filled + "·" * (BAR - filled)
        self._stream.write(f"\r\x1b[K{bar} {done:,} of {total:,} rows {what}")
        self._stream.flush()

    def _progress(self) -> tuple[int, int, str]:
        if self._import.state in BEFORE_SENDING:
            done, total = derive.progress(self._import)
            return done, total, "checked"
        standing = progress.standing(self._import)
        what = "paused" if self._import.state == ImportState.PAUSED else standing.waits_for
        return standing.rows_done, standing.rows_total, f"sent. {what}".rstrip(". ")

    def _warn(self) -> None:
        """Say once when the engine stands still; the import is safe and goes on by itself."""
        alarm = progress.engine_alarm()
        if alarm and alarm != self._alarm:
            self._end_line()
            self._say(alarm)
        self._alarm = alarm

    def _end_line(self) -> None:
        if self._stream.isatty():
            self._stream.write("\r\x1b[K")

    def _say(self, sentence: str) -> None:
        self._stream.write(f"{characters.spelt(sentence)}\n")


def exit_of(sheet: Balance) -> Exit:
    """Return the exit status that a balance sheet means."""
    bad = sheet.invalid + sheet.failed + sheet.unknown + sheet.not_sent
    return Exit.SOME if bad else Exit.CLEAN


def summary_of(lead_import: Import, dry_run: DryRun | None = None) -> dict[str, Any]:
    """Return the summary that `--json` prints."""
    if dry_run is None:
        return balance.balance(lead_import).summary()
    return balance.predicted(dry_run).summary() | {"dry_run": True}

"""Writing a report from the command line: whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imports.errors import BadInput
from imports.models import Import
from imports.reports import downloads, files, to_repair
from imports.reports.rows import Selection
from portal.models import User

ENDINGS = (".csv", ".xlsx")


def check_report_path(path: Path | None) -> None:
    """Refuse a path that cannot become a report, before anything is sent."""
    if path is None:
        return
    if path.suffix.lower() not in ENDINGS:
        raise BadInput(f"{path} does not end in .csv or .xlsx: these are the kinds of report.")
    if not path.resolve().parent.is_dir():
        raise BadInput(f"The folder {path.resolve().parent} does not exist; create it first.")


def write_report(lead_import: Import, chosen: Selection, path: Path, user: User | None) -> None:
    """Write the row-level report. The trail tells of it, in the user's name, just before it is
    there.
    """
    with _whole(path) as draft:
        _fill(lead_import, chosen, draft, files.REPORT)
        downloads.note(lead_import, user, chosen.bucket or "all", kind=_kind(path))


def write_rows_to_repair(
    lead_import: Import, buckets: tuple[str, ...], path: Path, user: User | None
) -> None:
    """Write the rows with these results to be repaired and uploaded; as `write_report`."""
    with _whole(path) as draft:
        _fill(lead_import, Selection(buckets=buckets), draft, to_repair.REPAIR)
        downloads.note_repair(lead_import, user, buckets, kind=_kind(path))


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a draft beside the path, and move it there at the end, so that no half file is left."""
    draft = path.resolve().with_name(f".{path.name}.{os.getpid()}{path.suffix}")
    try:
        draft.touch(mode=0o600)
        yield draft
        draft.replace(path)
    except OSError as problem:
        raise BadInput(f"{path} cannot be written: {problem.strerror}.") from problem
    finally:
        draft.unlink(missing_ok=True)


def _kind(path: Path) -> str:
    return path.suffix.lstrip(".").lower()


def _fill(lead_import: Import, chosen: Selection, path: Path, shape: files.Shape) -> None:
    if path.suffix.lower() == ".xlsx":
        files.write_xlsx(lead_import, chosen, path, shape)
        return
    with path.open("wb") as file:
        for part in files.write_csv(lead_import, chosen, shape):
            file.write(part)

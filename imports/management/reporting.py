"""Writing a report from the command line: whole or not at all."""

import os
from pathlib import Path

from imports.errors import BadInput
from imports.models import Import
from imports.reports import downloads, files
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
    """Write the report beside its place and move it there, so that no half file is left.

    The trail tells of it, in the user's name, just before it is there.
    """
    draft = path.resolve().with_name(f".{path.name}.{os.getpid()}{path.suffix}")
    try:
        draft.touch(mode=0o600)
        _fill(lead_import, chosen, draft)
        kind = path.suffix.lstrip(".").lower()
        downloads.note(lead_import, user, chosen.bucket or "all", kind=kind)
        draft.replace(path)
    except OSError as problem:
        raise BadInput(f"{path} cannot be written: {problem.strerror}.") from problem
    finally:
        draft.unlink(missing_ok=True)


def _fill(lead_import: Import, chosen: Selection, path: Path) -> None:
    if path.suffix.lower() == ".xlsx":
        files.write_xlsx(lead_import, chosen, path)
        return
    with path.open("wb") as file:
        for part in files.write_csv(lead_import, chosen):
            file.write(part)

"""Workbooks that are made while somebody waits: written beside the uploads, gone afterwards."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

PIECE = 256 * 1024


def streamed(write: Callable[[Path], None]) -> Iterator[bytes]:
    """Have a workbook written to a path, and give its bytes piece by piece."""
    with TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR, prefix="workbook-") as folder:
        path = Path(folder) / "rows.xlsx"
        write(path)
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

"""Folders for copies are gone with their owners, however those end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from imports.intake import copies

CHECKOUT = Path(__file__).resolve().parents[3]
HOLD = """
import sys, time, django
django.setup()
from django.conf import settings
from pathlib import Path
settings.FILE_UPLOAD_TEMP_DIR = Path(sys.argv[1])
from imports.intake import copies
with copies.folder() as folder:
    (folder / "upload").write_text("Ana Souza")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    return tmp_path / "copies"


@pytest.fixture
def holder(tmp_path):
    """Another process that has a copy."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        cwd=CHECKOUT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )
    process.folder = Path(process.stdout.readline().strip())
    yield process
    process.kill()
    process.wait()


def test_a_folder_is_its_owners_alone_and_gone_at_the_end(place):
    with copies.folder() as folder:
        (folder / "upload").write_text("Ana Souza")
        assert folder.stat().st_mode & 0o777 == place.stat().st_mode & 0o777 == 0o700

    assert list(place.iterdir()) == []


def test_it_is_gone_after_an_error_too(place):
    with pytest.raises(FileNotFoundError), copies.folder() as folder:
        (folder / "no such folder" / "upload").touch()

    assert list(place.iterdir()) == []


def test_what_a_killed_worker_left_is_removed_by_the_next(place, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (holder.folder / "upload").read_text() == "Ana Souza"

    with copies.folder() as folder:
        assert list(place.iterdir()) == [folder]


def test_what_somebody_still_uses_is_left_alone(holder):
    copies.sweep()
    with copies.folder():
        pass

    assert (holder.folder / "upload").read_text() == "Ana Souza"


def test_a_frozen_owner_stops_nobody(place, holder):
    holder.send_signal(signal.SIGSTOP)
    with copies.folder() as folder:
        assert {holder.folder, folder} == set(place.iterdir())
    holder.send_signal(signal.SIGCONT)

"""A disk that takes no more bytes: a sentence, no half file, and the next try works.

The limit on the size of files stands for the full disk: writing fails just as late, for everybody
who may run tests.
"""

import resource
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files import File
from django.core.management import CommandError, call_command

from imports.errors import BadInput
from imports.intake import upload
from imports.models import Import
from imports.tests import people
from imports.tests.pages import story

pytestmark = [pytest.mark.django_db, pytest.mark.case(14)]

ROOM = 512 * 1024  # bytes that a file may have
BIG = "Name,Email\n" + "".join(f"{'Ann ' * 100}{n},ann{n}@example.com\n" for n in range(2_000))


@contextmanager
def full_disk(room=ROOM):
    """Let every file of this process end at so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "tmp"
    for made in (settings.MEDIA_ROOT, settings.FILE_UPLOAD_TEMP_DIR):
        made.mkdir()
    return tmp_path


@pytest.fixture
def ivan(client):
    client.force_login(people.ivan())
    return client


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def upload_page(client, customer, **headers):
    data = {"customer": customer.slug, "file": story.a_file(BIG)}
    return client.post("/imports/new/", data, headers=headers)


def test_an_upload_that_fills_the_disk_is_told_so_and_the_next_one_works(ivan, folder):
    acme = people.customer()

    with full_disk():
        answer = upload_page(ivan, acme)

    assert answer.status_code == 507
    assert "disk is full" in story.text(answer)
    assert files_in(folder) == []
    assert not Import.objects.exists()
    assert upload_page(ivan, acme).status_code == 302
    assert Import.objects.get().file_size == len(BIG)


def test_a_file_that_cannot_be_stored_whole_is_not_stored_at_all(folder):
    acme = people.customer()
    path = folder / "leads.csv"
    path.write_text(BIG)

    with full_disk(), path.open("rb") as file, pytest.raises(BadInput, match="disk is full"):
        upload.accept(acme, None, File(file), "leads.csv")

    assert files_in(folder) == [path]
    with path.open("rb") as file:
        made = upload.accept(acme, None, File(file), "leads.csv")
    assert Path(made.file.path).read_text() == BIG


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_report_that_fills_the_disk_leaves_no_half_file(folder, ending):
    acme = people.customer()
    made = story.reviewed(acme, content=BIG)
    path = folder / f"report.{ending}"
    before = files_in(folder)

    with full_disk(100 * 1024), pytest.raises(CommandError, match="cannot be written"):
        call_command("import_report", made.pk, output=path)

    assert files_in(folder) == before
    call_command("import_report", made.pk, output=path)
    assert path.exists()

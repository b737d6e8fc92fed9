"""Files that wait for a customer: kept, started once, removed after a day."""

import gzip
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from imports.errors import BadInput, UnreadableFile, WrongState
from imports.intake import drafts
from imports.models import Draft, Event, Import
from imports.tests import people
from imports.tests.intake.made import zipped
from imports.tests.pages import story

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def ivan(db):
    return people.ivan()


def dropped(owner, content=story.SHEET, name="leads.csv"):
    content = content.encode() if isinstance(content, str) else content
    return drafts.keep(owner, SimpleUploadedFile(name, content), name, uuid.uuid4())


def stored(folder):
    return [path for path in Path(folder).rglob("*") if path.is_file()]


def test_a_draft_becomes_an_import_with_the_very_file(ivan, folder):
    acme, draft = people.customer("Acme"), dropped(ivan)
    started = drafts.start(draft, acme, ivan)
    assert (started.customer, started.created_by, started.together) == (acme, ivan, draft.together)
    assert started.file.open().read() == story.SHEET.encode()
    assert not Draft.objects.exists()
    assert len(stored(folder)) == 1
    assert Event.objects.filter(act="uploaded", import_id=started.pk, actor=ivan).exists()


def test_started_twice_it_is_one_import(ivan):
    acme, draft = people.customer("Acme"), dropped(ivan)
    drafts.start(draft, acme, ivan)
    with pytest.raises(WrongState, match=r"leads\.csv was started or removed in the meantime"):
        drafts.start(draft, acme, ivan)
    assert Import.objects.count() == 1


def test_the_same_file_for_the_same_customer_asks_first(ivan):
    acme = people.customer("Acme")
    story.reviewed(acme, ivan)
    draft = dropped(ivan)
    assert drafts.start(draft, acme, ivan) is None
    draft.refresh_from_db()
    assert draft.asked_for == acme
    assert drafts.start(draft, acme, ivan, again=True).customer == acme


def test_for_another_customer_it_asks_nothing(ivan):
    story.reviewed(people.customer("Acme"), ivan)
    beta = people.customer("Beta")
    assert drafts.start(dropped(ivan), beta, ivan).customer == beta


def test_what_nobody_claims_is_gone_after_a_day(ivan, folder, django_capture_on_commit_callbacks):
    old, young = dropped(ivan), dropped(ivan, name="young.csv")
    Draft.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=25))
    with django_capture_on_commit_callbacks(execute=True):
        drafts.remove_old()
    assert list(Draft.objects.all()) == [young]
    assert stored(folder) == [Path(young.file.path)]


def test_a_removed_draft_leaves_nothing(ivan, folder, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        drafts.remove(dropped(ivan))
    assert (Draft.objects.count(), stored(folder)) == (0, [])


def test_what_is_no_spreadsheet_is_not_kept(ivan, folder):
    with pytest.raises(UnreadableFile, match="This is a PDF"):
        dropped(ivan, "%PDF-1.7")
    with pytest.raises(BadInput, match="The file is empty"):
        dropped(ivan, "")
    assert stored(folder) == []


def test_nobody_hoards_files(ivan, monkeypatch):
    monkeypatch.setattr(drafts, "MOST", 1)
    dropped(ivan)
    with pytest.raises(BadInput, match="wait for a customer already"):
        dropped(ivan)


@pytest.mark.parametrize("packing", [gzip.compress, lambda content: zipped(("leads.csv", content))])
def test_the_columns_of_a_packed_file_are_seen_as_well(ivan, packing):
    plain = dropped(ivan)
    draft = dropped(ivan, packing(story.SHEET.encode()), name="leads.bin")

    assert draft.headers == plain.headers != []
    assert draft.layout == plain.layout

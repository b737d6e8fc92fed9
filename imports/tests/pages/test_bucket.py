"""Uploads in a bucket, so that web and workers may be different machines."""

import gzip
import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.utils import timezone

from imports import tasks
from imports.audit import trail
from imports.intake import drafts, other_sheets, stored
from imports.models import Draft, Event, Import, ImportState, Row
from imports.notices import courier
from imports.tests.pages import story
from imports.tests.pages.test_sheets import workbook
from portal.buckets import BucketStorage
from portal.tests.bucket import Bucket

pytestmark = pytest.mark.django_db

STORED = story.SHEET.encode()


@pytest.fixture(scope="module")
def running():
    made = Bucket()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def storage(running):
    """One for all stories, as in a process of the portal: a client takes a while to make."""
    return BucketStorage(**running.storages()["default"]["OPTIONS"])


@pytest.fixture
def bucket(running, storage, settings, tmp_path, monkeypatch):
    """This process is a machine whose own folders are empty."""
    monkeypatch.setattr(default_storage, "_wrapped", storage)
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "tmp"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    for key in running.objects():
        running.remove(key)
    running.requests.clear()
    return running


@pytest.fixture
def down(bucket):
    """The store is away for as long as the story does not start it."""
    stopped = []

    def stop():
        bucket.stop()
        stopped.append(True)

    def start():
        bucket.start()
        stopped.clear()

    yield stop, start
    if stopped:
        bucket.start()


def upload(browser, customer=None, content=story.SHEET, **more):
    data = {"file": story.a_file(content) if isinstance(content, str) else content}
    if customer:
        data["customer"] = customer.slug
    return browser.post("/imports/new/", data, **more)


def on_disk(settings):
    """The files that lie on this machine."""
    folders = (Path(settings.MEDIA_ROOT), Path(settings.FILE_UPLOAD_TEMP_DIR))
    return {path for folder in folders for path in folder.rglob("*") if path.is_file()}


def cells(lead_import):
    return list(lead_import.rows.order_by("number").values_list("cells", flat=True))


def test_ines_uploads_and_a_worker_elsewhere_reads_the_very_bytes(ines, acme, bucket, settings):
    assert upload(ines, acme).status_code == 302

    made = Import.objects.get()
    assert bucket.objects() == {f"portal/{made.file.name}": STORED}
    assert made.file_sha256 == hashlib.sha256(STORED).hexdigest()
    assert on_disk(settings) == set()

    made = story.read_and_check(made)
    assert made.state == ImportState.REVIEW
    assert cells(made)[0] == ["Ana Souza", "(206) 555-0123", "ana@example.com", "Google Ads", "500"]
    assert on_disk(settings) == set(), "the worker's copy is gone"
    assert list((settings.FILE_UPLOAD_TEMP_DIR / "copies").iterdir()) == []


def test_another_reading_is_previewed_and_read(ines, acme, bucket, settings):
    upload(ines, acme)
    made = story.read_and_check(Import.objects.get())

    page = story.text(ines.post(f"/imports/{made.pk}/file/preview/", {"header_row": "2"}))

    assert "Ben Okafor" in page
    assert on_disk(settings) == set()
    ines.post(f"/imports/{made.pk}/file/again/", {"header_row": "2"})
    assert cells(story.read_and_check(made))[0][0] == "Ben Okafor"


def test_no_page_names_the_store(ines, acme, bucket):
    upload(ines, acme)
    made = story.read_and_check(Import.objects.get())

    for page in ("file", "columns", "review"):
        text = story.text(ines.get(f"/imports/{made.pk}/{page}/"))
        for secret in (bucket.url, bucket.name, made.file.name, "AKIDSTORY", "X-Amz"):
            assert secret not in text
    with pytest.raises(NotImplementedError):
        _ = made.file.url


def test_what_is_packed_is_unpacked_beside_the_copy(ines, acme, bucket, settings):
    packed = story.SimpleUploadedFile("leads.csv.gz", gzip.compress(STORED))
    upload(ines, acme, packed)

    made = story.read_and_check(Import.objects.get())

    assert (made.row_count, made.dialect["packing"]) == (4, "gzip")
    assert on_disk(settings) == set()


def test_a_workbook_and_its_other_sheets_are_objects_of_their_own(ines, acme, bucket):
    upload(ines, acme, story.SimpleUploadedFile("q2.xlsx", workbook("March", "April", "May")))
    first = story.read_and_check(Import.objects.get())
    content = bucket.objects()[f"portal/{first.file.name}"]
    bucket.requests.clear()

    ines.post(f"/imports/{first.pk}/sheets/", {"sheet": ["April", "May"]})

    assert list(bucket.objects().values()) == [content] * 3
    assert bucket.requests[0].startswith("PUT "), "copied within the store"
    bucket.remove(f"portal/{first.file.name}")
    other = story.read_and_check(Import.objects.latest("pk"))
    assert cells(other) == [["Ana May", "206 555 0101"]]


def test_a_sheet_that_cannot_be_copied_leaves_no_import(ines, acme, bucket, down):
    upload(ines, acme, story.SimpleUploadedFile("q2.xlsx", workbook("March", "April")))
    first = story.read_and_check(Import.objects.get())
    stop, start = down
    stop()

    answer = ines.post(f"/imports/{first.pk}/sheets/", {"sheet": "April"}, follow=True)

    assert "The store of uploads does not answer. Nothing is lost" in story.text(answer)
    assert Import.objects.count() == 1
    start()
    ines.post(f"/imports/{first.pk}/sheets/", {"sheet": "April"})
    assert Import.objects.count() == len(bucket.objects()) == 2


def test_nothing_is_locked_while_the_store_copies(ines, acme, bucket, storage, monkeypatch):
    upload(ines, acme, story.SimpleUploadedFile("q2.xlsx", workbook("March", "April", "May")))
    first = story.read_and_check(Import.objects.get())
    copy, depths = storage.duplicate, []

    def watched(*names):
        depths.append(len(connection.savepoint_ids))
        copy(*names)

    monkeypatch.setattr(storage, "duplicate", watched)
    outside = len(connection.savepoint_ids)  # the story's own

    ines.post(f"/imports/{first.pk}/sheets/", {"sheet": ["April", "May"]})

    assert depths == [outside] * 2
    assert Import.objects.count() == len(bucket.objects()) == 3


def test_no_copy_is_left_when_the_imports_cannot_be_made(ines, acme, bucket, monkeypatch):
    upload(ines, acme, story.SimpleUploadedFile("q2.xlsx", workbook("March", "April", "May")))
    first = story.read_and_check(Import.objects.get())
    record, asked = trail.record, []

    def gone(*args, **kwargs):
        asked.append(args)
        if len(asked) == 2:
            raise OperationalError("the connection is gone")
        return record(*args, **kwargs)

    monkeypatch.setattr(trail, "record", gone)
    with pytest.raises(OperationalError):
        other_sheets.take(first, ["April", "May"], ines.user)

    assert Import.objects.get() == first
    assert list(bucket.objects()) == [f"portal/{first.file.name}"]


def test_a_sheet_that_somebody_took_meanwhile_leaves_no_copy(
    ines, acme, bucket, storage, monkeypatch
):
    upload(ines, acme, story.SimpleUploadedFile("q2.xlsx", workbook("March", "April", "May")))
    first = story.read_and_check(Import.objects.get())
    copy = storage.duplicate

    def slowly(*names):
        monkeypatch.setattr(storage, "duplicate", copy)
        other_sheets.take(first, ["April"], ines.user)
        copy(*names)

    monkeypatch.setattr(storage, "duplicate", slowly)
    made = other_sheets.take(first, ["April", "May"], ines.user)

    assert [one.dialect_choice["sheet"] for one in made] == ["May"]
    assert {f"portal/{one.file.name}" for one in Import.objects.all()} == set(bucket.objects())
    assert len(bucket.objects()) == 3


def test_a_file_without_a_customer_is_looked_at_started_and_removed(ines, acme, bucket, settings):
    bucket.requests.clear()
    upload(ines)
    assert not [one for one in bucket.requests if one.startswith("GET")], "seen as it arrived"
    upload(ines, content="Name,Email\nAnn,ann@example.com\n")
    kept, dropped = Draft.objects.order_by("pk")
    assert kept.headers == ["Full name", "Phone", "E-mail", "Source", "Budget"]
    assert on_disk(settings) == set()

    drafts.start(kept, acme, ines.user)
    ines.post(f"/uploads/{dropped.together}/remove/", {"draft": dropped.pk})

    made = story.read_and_check(Import.objects.get())
    assert made.row_count == 4
    assert bucket.objects() == {f"portal/{made.file.name}": STORED}
    assert not Draft.objects.exists()


def test_a_file_that_cannot_be_removed_now_is_not_forgotten(ines, acme, bucket, down):
    upload(ines)
    draft = Draft.objects.get()
    stop, start = down
    stop()

    answer = ines.post(f"/uploads/{draft.together}/remove/", {"draft": draft.pk}, follow=True)
    assert "The store of uploads does not answer" in story.text(answer)
    Draft.objects.update(created_at=timezone.now() - timedelta(hours=25))
    courier.Courier()._tidy()
    assert Draft.objects.get() == draft

    start()
    courier.Courier()._tidy()
    assert (Draft.objects.count(), bucket.objects()) == (0, {})


def test_an_upload_while_the_store_is_down_is_a_sentence_and_the_next_one_works(
    ines, acme, bucket, down, settings, caplog
):
    stop, start = down
    stop()

    for customer in (acme, None):
        answer = upload(ines, customer)
        assert answer.status_code == 422
        assert "the store of uploads does not take it now. Nothing was kept." in story.text(answer)
    answer = upload(ines, acme, headers={"accept": "application/json"})
    assert "Upload it again in some minutes" in answer.json()["errors"][0]

    assert (Import.objects.count(), Draft.objects.count()) == (0, 0)
    assert not Event.objects.filter(act="uploaded").exists()
    assert on_disk(settings) == set()
    assert "the store did not take a file (EndpointConnectionError)" in caplog.text
    for secret in ("the-secret", "AKIDSTORY", bucket.url):
        assert secret not in caplog.text
    start()
    assert bucket.objects() == {}
    assert upload(ines, acme).status_code == 302


def test_a_store_that_refuses_is_a_sentence(ines, acme, bucket, settings, caplog):
    settings.STORAGES = bucket.storages(bucket_name="of-somebody-else")

    assert "Nothing was kept" in story.text(upload(ines, acme))

    assert "refused to take a file (NoSuchBucket)" in caplog.text
    assert not Import.objects.exists()


def test_an_import_that_cannot_be_noted_leaves_no_object(ines, acme, bucket, monkeypatch):
    def full(*_args, **_kwargs):
        raise RuntimeError("the database is away")

    monkeypatch.setattr("imports.audit.trail.record", full)
    with pytest.raises(RuntimeError, match="the database is away"):
        upload(ines, acme)

    assert bucket.objects() == {}


def test_a_file_waits_while_the_store_is_down_and_is_read_afterwards(ines, acme, bucket, down):
    upload(ines, acme)
    made = Import.objects.get()
    stop, start = down
    stop()

    for _ in range(5):  # more often than a file may end its reader
        tasks.read(made.pk)
        made.refresh_from_db()
        assert (made.state, made.read_fence) == (ImportState.UPLOADED, 0)
        assert made.work_until > timezone.now() + timedelta(seconds=20), "nobody asks at once"
        Import.objects.update(work_until=timezone.now() - timedelta(seconds=1))
    for address in (f"/imports/{made.pk}/columns/", f"/uploads/{made.together}/"):
        page = story.text(ines.get(address))
        assert "The store of uploads does not answer. Nothing is lost: the file is read as" in page

    start()
    made = story.read_and_check(made)
    assert (made.state, made.row_count, made.reason) == (ImportState.REVIEW, 4, "")


def test_a_preview_while_the_store_is_down_is_a_sentence(ines, acme, bucket, down):
    upload(ines, acme)
    made = story.read_and_check(Import.objects.get())
    down[0]()

    answer = ines.post(f"/imports/{made.pk}/file/preview/", {"header_row": "2"})

    assert answer.status_code == 200
    assert "The store of uploads does not answer" in story.text(answer)
    assert "Full name" in story.text(ines.get(f"/imports/{made.pk}/columns/"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content.replace(b"555-0123", b"555-0124"),
        lambda content: content[:-20],
        lambda content: content + b"Eve,,eve@example.com,,\r\n",
        lambda content: content * 100_000,
    ],
    ids=["a digit", "the end", "a row more", "without end"],
)
def test_a_damaged_file_is_not_read(ines, acme, bucket, settings, damage):
    upload(ines, acme)
    made = Import.objects.get()
    bucket.write(f"portal/{made.file.name}", damage(STORED))

    tasks.read(made.pk)

    made.refresh_from_db()
    assert made.state == ImportState.FAILED
    assert "not what was uploaded: its SHA-256 differs. Upload it again" in made.reason
    assert "its SHA-256 differs" in story.text(ines.get(f"/imports/{made.pk}/file/"))
    assert not Row.objects.filter(lead_import=made).exists()
    assert on_disk(settings) == set()


def test_a_file_that_is_gone_from_the_store_is_a_sentence(ines, acme, bucket):
    upload(ines, acme)
    made = Import.objects.get()
    bucket.remove(f"portal/{made.file.name}")

    tasks.read(made.pk)

    made.refresh_from_db()
    assert made.state == ImportState.FAILED
    assert made.reason.startswith("The stored file is missing in the store of uploads. Upload")


def test_a_reader_that_is_overtaken_while_it_fetches_stops(ines, acme, bucket, monkeypatch):
    rows = "".join(f"{'Ann ' * 100}{n},ann{n}@example.com\r\n" for n in range(2_000))
    upload(ines, acme, f"Name,Email\r\n{rows}")
    made = Import.objects.get()
    monkeypatch.setattr(stored, "HEED_EVERY", 0.0)
    fetched, pieces = [], BucketStorage.pieces

    def slowly(storage, name):
        for piece in pieces(storage, name):
            Import.objects.update(read_fence=2)  # its lease lapsed, another reader began
            fetched.append(len(piece))
            yield piece

    monkeypatch.setattr(BucketStorage, "pieces", slowly)
    tasks.read(made.pk)

    assert sum(fetched) < made.file_size / 2
    made.refresh_from_db()
    assert (made.state, made.read_fence, made.headers) == (ImportState.READING, 2, [])


def test_a_copy_takes_only_so_long_where_a_person_waits(ines, acme, bucket, settings):
    upload(ines, acme)

    with (
        pytest.raises(stored.StoreUnavailable, match="did not give the file within 0 seconds"),
        stored.local(Import.objects.get(), within=0),
    ):
        pytest.fail("it came in time")

    assert on_disk(settings) == set()


def test_a_machine_without_room_lets_the_file_wait(ines, acme, bucket, monkeypatch):
    upload(ines, acme)
    made = Import.objects.get()
    monkeypatch.setattr(stored, "DISK_RESERVE", 2**60)

    tasks.read(made.pk)

    made.refresh_from_db()
    assert made.state == ImportState.UPLOADED
    assert "The portal's disk is full" in made.reason

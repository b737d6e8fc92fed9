"""What goes wrong is told in one sentence, and nothing is lost."""

import pytest

from imports import tasks
from imports.models import Customer, Import, ImportState, Token
from imports.tests.pages import story


def upload(browser, content, name="leads.csv", **more):
    fields = {"customer": "acme", "file": story.a_file(content, name)}
    return browser.post("/imports/new/", fields, **more)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty"),
        ("%PDF-1.7 binary", "This is a PDF"),
        ("GIF89a picture", "GIF"),
        ('{"a": 1}', "JSON"),
    ],
)
def test_what_cannot_be_a_sheet_is_refused_beside_the_field(ines, acme, content, sentence):
    answer = upload(ines, content)

    assert answer.status_code == 422
    assert sentence in story.text(answer)
    assert "Traceback" not in story.text(answer)
    assert not Import.objects.exists()


def test_a_sheet_of_headings_only_says_so_on_its_page(ines, acme):
    upload(ines, "Name,Email\n")
    made = Import.objects.get()
    tasks.read(made.pk)

    page = story.text(ines.get(f"/imports/{made.pk}/", follow=True))

    assert "no rows below" in page
    assert made.file.open().read() == b"Name,Email\n"


def test_a_file_over_the_limit_is_refused_with_the_limit(ines, acme, settings):
    settings.MAX_UPLOAD_BYTES = 1024 * 1024

    answer = upload(ines, "Name,Email\n" + "Ann,ann@example.com\n" * 60_000)

    assert answer.status_code in (413, 422)
    assert "1 MB" in story.text(answer)
    assert not Import.objects.exists()


def test_a_mapping_without_a_contact_is_refused_and_changes_nothing(ines, acme):
    made = story.reviewed(acme, ines.user)
    fields = {f"target-{place}": "" for place in range(5)}

    answer = ines.post(f"/imports/{made.pk}/columns/", {**fields, "version": 1})

    assert answer.status_code == 422
    made.refresh_from_db()
    assert made.mapping.version == 1


def test_without_a_token_the_file_is_kept_and_the_next_step_named(ines, acme):
    Token.objects.all().delete()
    made = story.reviewed(acme, ines.user)

    word = {"on_duplicate": "skip", "expected_mapping": made.mapping_id, "expected_leads": 3}
    page = story.text(ines.post(f"/imports/{made.pk}/send/", word, follow=True))

    assert "has no token yet" in page
    made.refresh_from_db()
    assert (made.state, made.row_count) == (ImportState.REVIEW, 4)


def test_an_unknown_customer_is_not_found(ines, acme):
    answer = ines.post("/imports/new/", {"customer": "nobody", "file": story.a_file()})

    assert answer.status_code == 422
    assert ines.get("/customers/nobody/").status_code == 404
    assert Customer.objects.count() == 1


def test_a_dead_broker_keeps_the_upload_and_the_page_answers(
    ines, acme, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(tasks.read.app.conf, "broker_url", "redis://127.0.0.1:9")
    monkeypatch.setattr(tasks.read.app, "_pool", None)
    tasks.read.app.amqp.__dict__.pop("_producer_pool", None)

    with django_capture_on_commit_callbacks(execute=True) as nudges:
        answer = upload(ines, story.SHEET)

    assert len(nudges) == 1
    made = Import.objects.get()
    assert answer["Location"] == f"/imports/{made.pk}/"
    assert made.file.open().read() == story.SHEET.encode()
    assert ines.get(f"/imports/{made.pk}/columns/").status_code == 200

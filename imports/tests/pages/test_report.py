"""What became of every row, on the page and as a file."""

import csv
import io
import re

import pytest

from imports.models import Event, Import
from imports.tests.pages import story


@pytest.fixture
def done(ines, acme):
    return story.answered(acme, ines.user)


def download(client, lead_import, query=""):
    answer = client.get(f"/imports/{lead_import.pk}/report.csv{query}")
    content = b"".join(answer.streaming_content)
    return answer, list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_books_balance_on_the_page(vera, done):
    page = story.text(vera.get(f"/imports/{done.pk}/report/"))
    assert "every row is in exactly one line" in page
    for code in ("created", "updated", "failed", "invalid"):
        assert f'href="/imports/{done.pk}/rows/?result={code}">1</a>' in page


def test_what_is_not_over_says_how_many_requests_it_took_so_far(vera, done):
    assert re.match(r"Finished <.+?> · <a href=", head_of_books(vera, done))
    Import.objects.filter(pk=done.pk).update(state="decision", finished_at=None)
    assert head_of_books(vera, done).startswith("<a href=")


def head_of_books(client, lead_import):
    page = story.text(client.get(f"/imports/{lead_import.pk}/report/"))
    return page.partition("What became of the rows</h2><p>")[2].partition("</p>")[0]


def test_ines_downloads_all_rows_under_a_safe_name(ines, done):
    answer, rows = download(ines, done)
    assert answer["Content-Disposition"] == f'attachment; filename="import-{done.pk}-acme-all.csv"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert [(row["Row"], row["Result"]) for row in rows] == [
        ("2", "created"), ("3", "updated"), ("4", "invalid"), ("5", "failed"),
    ]  # fmt: skip
    assert rows[3]["Full name"] == "Dora Novak"


def test_only_the_failed_rows_come_in_the_sheets_own_columns_with_the_reason(ines, done):
    answer, rows = download(ines, done, "?rows=failed")
    assert "acme-failed.csv" in answer["Content-Disposition"]
    assert len(rows) == 1
    assert "no such stage" in rows[0]["Reason"]
    assert rows[0]["Phone"] == "(206) 555-0177"


def test_a_download_is_written_down_with_who_and_which_rows(vera, done):
    download(vera, done, "?rows=failed")
    event = Event.objects.get(act="downloaded")
    facts = {"rows": "failed", "kind": "csv"}
    assert (event.actor, event.import_id, event.facts) == (vera.user, done.pk, facts)


def test_rows_that_do_not_exist_are_refused(ines, done):
    assert ines.get(f"/imports/{done.pk}/report.csv?rows=golden").status_code == 400


def test_before_there_are_rows_there_is_no_file(ines, acme):
    unread = story.uploaded(acme, ines.user)
    answer = ines.get(f"/imports/{unread.pk}/report.csv")
    assert answer["Location"] == f"/imports/{unread.pk}/report/"
    assert "No rows yet" in story.text(ines.get(answer["Location"]))


def test_auditors_and_managers_see_who_did_what(audrey, max_, vera, done):
    for reader in (audrey, max_):
        page = story.text(reader.get(f"/imports/{done.pk}/report/"))
        assert "Who did what" in page
        assert "File uploaded" in page
    assert "Who did what" not in story.text(vera.get(f"/imports/{done.pk}/report/"))

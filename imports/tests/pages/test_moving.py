"""Lists and reports move while something of theirs does: made anew only when it did."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from imports.models import Batch, BatchState, Import, ImportState
from imports.tests.pages import story

POLL = {"HX-Request": "true"}
SHOWN = re.compile(
    r"""hx-get="([^"]*)" hx-headers='\{"X-Shown": "([\w.]+)"\}' hx-trigger="every 15s"""
)


def put(lead_import, **changes):
    Import.objects.filter(pk=lead_import.pk).update(**changes)


@pytest.fixture
def going(ines, acme):
    """Rows 2 and 3 are answered, row 5 waits."""
    made = story.answered(acme, ines.user, ["created", "failed"], name="going.csv")
    put(made, state=ImportState.SENDING, finished_at=None)
    rest = story.a_batch(made, [5], state=BatchState.WAITING)
    Batch.objects.filter(pk=rest.pk).update(number=2)
    return made


def finish(lead_import):
    now = timezone.now()
    Batch.objects.filter(lead_import=lead_import).update(state=BatchState.DONE, settled_at=now)
    put(lead_import, state=ImportState.FINISHED, finished_at=now)


def poll_of_list(client, address):
    """The address that the list of a page asks, and what it says that it shows."""
    found = SHOWN.search(story.text(client.get(address)))
    assert found, f"nothing asks on {address}"
    return found[1].replace("&amp;", "&"), {**POLL, "X-Shown": found[2]}


def test_an_open_report_moves_until_all_is_over(vera, going):
    page = story.text(vera.get(f"/imports/{going.pk}/report/"))
    assert "<title>Sending · Report · Acme" in page
    address = re.search(r'hx-get="(/imports/\d+/report/\?v=[\w.]+)" hx-trigger="every 5s', page)[1]
    assert vera.get(address, headers=POLL).status_code == 204

    batch = Batch.objects.get(lead_import=going, state=BatchState.WAITING)
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.UNKNOWN, first_sent_at=timezone.now())
    part = story.text(vera.get(address, headers=POLL))
    assert "?result=unknown" in part
    assert "hx-swap-oob" not in part  # the same state: head and steps are true

    finish(going)
    part = story.text(vera.get(address, headers=POLL))
    assert part.startswith("<title>Report · Acme")
    assert '<div class="actions" id="state" hx-swap-oob="true">' in part
    assert '<nav id="steps" aria-label="Steps" hx-swap-oob="true">' in part
    assert "report/?v=" not in part
    assert "report/?v=" not in story.text(vera.get(f"/imports/{going.pk}/report/"))


def test_the_requests_move_while_their_import_is_open_and_keep_their_filter(vera, going):
    address, poll = poll_of_list(vera, f"/imports/{going.pk}/requests/?which=open")
    assert address == f"/imports/{going.pk}/requests/?which=open"
    assert vera.get(address, headers=poll).status_code == 204
    Batch.objects.filter(lead_import=going).update(state=BatchState.SENDING)
    part = story.text(vera.get(address, headers=poll))
    assert "On its way" in part
    assert 'href="?which=open" aria-current="true"' in part
    assert "<html" not in part
    finish(going)
    assert "hx-trigger" not in story.text(vera.get(address, headers=poll))


def test_the_history_moves_while_an_import_of_its_page_is_under_way(vera, ines, acme, going):
    address, poll = poll_of_list(vera, "/history/?customer=acme")
    assert address == "/history/?customer=acme"
    assert vera.get(address, headers=poll).status_code == 204
    finish(going)
    part = story.text(vera.get(address, headers=poll))
    assert "Finished" in part
    assert "hx-trigger" not in part
    assert "<html" not in part
    story.reviewed(acme, ines.user)  # it waits for a person
    assert not SHOWN.search(story.text(vera.get("/history/?customer=acme")))


def test_what_a_list_asks_by_itself_is_no_filter_to_remember(vera, going):
    address, poll = poll_of_list(vera, "/history/?state=running")
    vera.get("/history/?state=sending")
    vera.get(address, headers=poll)
    assert vera.get("/history/")["Location"] == "/history/?state=sending"


def test_a_customers_imports_and_timetable_move_while_one_is_under_way(vera, going):
    page = story.text(vera.get("/customers/acme/"))
    address = re.search(r'hx-get="(/customers/acme/imports/\?v=\w+)" hx-trigger="every 15s', page)[
        1
    ]
    assert vera.get(address, headers=POLL).status_code == 204
    put(going, state=ImportState.PAUSED)
    part = story.text(vera.get(address, headers=POLL))
    assert "Not counted" in part
    assert "Paused" in part
    finish(going)
    part = story.text(vera.get(address, headers=POLL))
    assert "Finished" in part
    assert "hx-trigger" not in part


def test_rows_can_be_looked_at_again_as_long_as_they_change(vera, going):
    address = f"/imports/{going.pk}/rows/?result=failed"
    again = re.compile(rf'<a href="{re.escape(address)}">(?:(?!</a>).)*Look again</a>')
    assert again.search(story.text(vera.get(address)))
    finish(going)
    assert not again.search(story.text(vera.get(address)))


@pytest.mark.parametrize("address", ["/history/", "/customers/acme/", "report", "requests"])
def test_to_be_told_that_nothing_moved_takes_less_than_the_page(vera, going, address):
    address = address if address[0] == "/" else f"/imports/{going.pk}/{address}/"
    with CaptureQueriesContext(connection) as of_page:
        page = story.text(vera.get(address))
    ours = re.search(r"""id="(?:list|imports|live)"[^>]*hx-get="([^"]+)"[^>]*""", page)
    mark = re.search(r'"X-Shown": "([\w.]+)"', ours[0])
    headers = {**POLL, "X-Shown": mark[1] if mark else ""}
    with CaptureQueriesContext(connection) as of_poll:
        assert vera.get(ours[1], headers=headers).status_code == 204
    assert len(of_poll) < len(of_page) / 2

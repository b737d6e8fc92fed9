"""The import as it goes out: watched, paused, cancelled, decided."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from imports.models import Batch, BatchState, Decision, Event, Import, ImportState
from imports.tests.pages import story
from imports.tests.thawed import thawed


@pytest.fixture
def going(ines, acme):
    """Half of it is answered, the rest waits."""
    lead_import = story.answered(acme, ines.user, ["created", "failed"])
    story.a_batch(lead_import, [5], state=BatchState.WAITING)
    put(lead_import, state=ImportState.SENDING, finished_at=None)
    return lead_import


def put(lead_import, **changes):
    Import.objects.filter(pk=lead_import.pk).update(**changes)


def live(client, lead_import, version=""):
    path = f"/imports/{lead_import.pk}/send/live/?v={version}"
    return client.get(path, headers={"HX-Request": "true"})


def page_of(client, lead_import):
    return story.text(client.get(f"/imports/{lead_import.pk}/send/"))


def test_the_live_page_tells_how_it_stands(ines, going):
    page = page_of(ines, going)
    assert f"<title>66 % · Sending · Acme #{going.pk}</title>" in page
    assert 'aria-label="Created 1, Failed 1, Not sent 1, Invalid 1"' in page
    assert 'data-percent="66"' in page
    assert 'hx-trigger="every 2s, refresh"' in page
    assert "You may close this tab" in page


def test_two_rows_in_two_minutes_are_one_lead_a_minute(ines, going):
    now = timezone.now()
    going.batches.update(settled_at=now)
    put(going, started_at=now - timedelta(minutes=2))
    assert "<strong>1</strong> <span>lead a minute</span>" in page_of(ines, going)


def test_an_unchanged_poll_answers_204_and_a_changed_one_the_part_with_its_title(ines, going):
    page = story.text(live(ines, going))
    assert page.startswith(f"<title>66 % · Sending · Acme #{going.pk}</title> <div id=")
    version = re.search(r"live/\?v=(\w+)", page)[1]
    assert live(ines, going, version).status_code == 204
    put(going, state=ImportState.PAUSED)
    assert live(ines, going, version).status_code == 200


def test_the_finished_page_comes_back_without_its_trigger(ines, going):
    put(going, state=ImportState.FINISHED, finished_at=timezone.now())
    page = story.text(live(ines, going))
    assert "hx-trigger" not in page
    assert "Open the report" in page


def test_ines_pauses_and_resumes(ines, going):
    ines.post(f"/imports/{going.pk}/send/pause/")
    page = page_of(ines, going)
    assert "Paused by Ines Iversen." in page
    assert "Nothing new is sent until somebody resumes it." in page
    ines.post(f"/imports/{going.pk}/send/resume/")
    assert Import.objects.get(pk=going.pk).state == ImportState.QUEUED
    ines.post(f"/imports/{going.pk}/send/resume/")
    assert "cannot be resumed now" in page_of(ines, going)


def test_cancel_says_exactly_what_it_does_first(ines, going):
    asked = story.text(ines.get(f"/imports/{going.pk}/send/cancel/"))
    assert "2 leads already sent stay sent" in asked
    assert "1 row will not be sent" in asked
    ines.post(f"/imports/{going.pk}/send/cancel/")
    assert Import.objects.get(pk=going.pk).state == ImportState.CANCELLED


def test_a_blocked_import_leads_to_the_customers_token(ines, going):
    put(going, state=ImportState.BLOCKED, reason="MEGA does not know this token (401).")
    page = page_of(ines, going)
    assert "MEGA does not know this token (401)." in page
    assert "Token of Acme" in page


def test_many_first_failures_are_a_question(ines, vera, going):
    put(going, state=ImportState.DECISION, question="first_failures", reason="Many failed.")
    page = page_of(ines, going)
    assert "The first request is small so that a wrong column shows" in page
    assert "Rows like the refused ones will be refused, too" in page
    assert "Or cancel below: What was sent stays sent." in page
    assert f"/imports/{going.pk}/rows/?result=failed" in page
    assert "all the same" not in page_of(vera, going)
    ines.post(f"/imports/{going.pk}/send/go-on/")
    assert Import.objects.get(pk=going.pk).accepted == ["first_failures"]


def test_a_request_that_nobody_can_judge_is_decided_by_a_person(ines, going):
    unclear = story.a_batch(
        going,
        [5],
        state=BatchState.DECISION,
        detail="HTTP 409: key used with another body",
        reason="conflict",
        first_sent_at=timezone.now() - timedelta(hours=30),
    )
    put(going, state=ImportState.DECISION, question="batches")
    page = page_of(ines, going)
    assert "1 request needs a decision" in page
    assert "key used with another body" in page
    assert "Its rows stay unknown in the report" in page
    path = f"/imports/{going.pk}/send/decide/{unclear.pk}/"
    ines.post(path, {"choice": "leave", "why": "looked in MEGA"})
    decision = Decision.objects.get()
    assert (decision.choice, decision.why, decision.made_by) == (
        "leave", "looked in MEGA", ines.user,
    )  # fmt: skip
    assert ines.post(path.replace(str(unclear.pk), "999999"), {"choice": "x"}).status_code == 404


def test_the_steps_lead_to_where_the_import_stands(ines, going):
    assert ines.get(f"/imports/{going.pk}/")["Location"] == f"/imports/{going.pk}/send/"
    put(going, state=ImportState.FINISHED)
    assert ines.get(f"/imports/{going.pk}/")["Location"] == f"/imports/{going.pk}/report/"


def test_times_are_in_the_readers_zone_which_is_named(ines, going):
    ines.user.time_zone = "Europe/Berlin"
    ines.user.save()
    moment = timezone.now().replace(year=2025, month=7, day=3, hour=12, minute=5)
    put(going, state=ImportState.FINISHED, finished_at=moment)
    page = page_of(ines, going)
    assert "3 Jul 2025, 14:05 CEST</time>" in page
    assert "12:05" in page  # UTC, on hover


def test_a_cancelled_import_is_watched_until_the_last_request_is_settled(ines, going):
    put(going, state=ImportState.CANCELLED, reason="Cancelled by Ines.")
    page = story.text(live(ines, going))
    assert "still settling what may have arrived" in page
    assert 'hx-trigger="every 2s, refresh"' in page
    assert "Open the report" not in page

    put(going, finished_at=timezone.now())
    page = story.text(live(ines, going))
    assert "still settling" not in page
    assert "hx-trigger" not in page
    assert "Open the report" in page


def test_a_decision_that_another_tab_made_before_is_said_to_be_made(ines, going):
    batch = story.a_batch(going, [3], state=BatchState.DECISION, reason="key_conflict")
    address = f"/imports/{going.pk}/send/decide/{batch.pk}/"
    ines.post(address, {"choice": "leave"})
    answer = ines.post(address, {"choice": "repeat"}, follow=True)
    assert answer.status_code == 200
    assert "Somebody decided this already" in story.text(answer)
    assert Decision.objects.count() == 1


@pytest.mark.parametrize(
    ("question", "button"),
    [
        ("failures", "Send the rest all the same"),
        ("updates", "Update them all the same"),
        ("ignored_fields", "Send the rest without them"),
        ("split_budget", "Go on taking them apart"),
        ("blocked_long", "Send the rest now"),
    ],
)
def test_each_question_says_what_going_on_does_and_is_remembered(ines, going, question, button):
    put(going, state=ImportState.DECISION, question=question, reason="This happened.")
    page = page_of(ines, going)
    assert "This happened." in page
    assert button in page
    ines.post(f"/imports/{going.pk}/send/go-on/")
    going.refresh_from_db()
    assert (going.state, going.question, going.accepted) == (ImportState.QUEUED, "", [question])
    assert Event.objects.latest("pk").facts == {"question": question, "choice": "go_on"}


def test_repeating_a_request_with_a_name_only_says_that_it_may_double(ines, going):
    waiting = story.a_batch(
        going, [5], state=BatchState.DECISION, reason="name_only", matchless=True,
        first_sent_at=timezone.now() - timedelta(hours=2),
    )  # fmt: skip
    page = page_of(ines, going)
    assert "No clear answer came within an hour, and some of its rows have a name only." in page
    assert "every row with a name only becomes a second lead" in page
    assert "safe" not in page
    Batch.objects.filter(pk=waiting.pk).update(matchless=False)
    with thawed():
        put(going, on_duplicate="update")
    assert "</svg>safe" in page_of(ines, going)

"""Requests a minute: of an import, and of a customer whose token others may use, too."""

import datetime as dt

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from imports.audit import acts, trail
from imports.delivery import tokens
from imports.models import Attempt, Batch, Import, Kind, Quota
from imports.reports.charts import pace
from imports.tests import people
from imports.tests.pages import story

NOON = dt.datetime(2026, 11, 3, 12, 0, tzinfo=dt.UTC)


def minutes(count):
    return dt.timedelta(minutes=count)


@pytest.mark.parametrize(
    ("counted", "end", "step", "bars"),
    [
        ({}, 0, 60, [(0, 0)]),
        ({0: (3, 0, 0), 2: (1, 1, 0)}, 3, 60, [(0, 3), (1, 0), (2, 2)]),
        ({5: (7, 0, 2)}, 11, 300, [(0, 0), (5, 9), (10, 0)]),
    ],
)
def test_there_is_a_bar_for_every_step_also_where_nothing_went(counted, end, step, bars):
    found = pace.bars(
        {NOON + minutes(minute): counts for minute, counts in counted.items()},
        NOON + dt.timedelta(seconds=20), NOON + minutes(end), step,
    )  # fmt: skip
    assert [((bar.start - NOON) / minutes(1), bar.count) for bar in found] == bars


def test_wide_bars_are_averages_so_that_the_limit_means_the_same():
    found = pace.Pace(300, [pace.Bar(NOON, 20, 5, 0), pace.Bar(NOON + minutes(5), 1)], 10, [])
    assert found.fastest == 5
    assert (found.requests, found.refused, found.others) == (26, 5, 0)
    assert found.end == NOON + minutes(10)


@pytest.fixture
def acme(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    customer = people.customer("Acme")
    tokens.set_token(customer, people.TOKEN, None)
    return customer


@pytest.fixture
def sent(acme):
    """Twenty minutes of sending that began at a full minute an hour ago."""
    begun = timezone.now().replace(second=0, microsecond=0) - minutes(60)
    made = story.reviewed(acme)
    for second in (0, 20, 70, 130):
        story.requested(made, begun + dt.timedelta(seconds=second))
    story.requested(
        made, begun + dt.timedelta(seconds=150), 429,
        headers={"retry-after": "90", "ratelimit-limit": "7"},
    )  # fmt: skip
    Import.objects.filter(pk=made.pk).update(
        started_at=begun, finished_at=begun + minutes(20), state="finished"
    )
    return Import.objects.get(pk=made.pk)


def test_attempts_are_counted_in_the_minute_in_which_they_start(sent):
    found = pace.of_import(sent)
    counts = [(bar.answered, bar.refused) for bar in found.bars]
    assert counts[:4] == [(2, 0), (1, 0), (1, 1), (0, 0)]
    assert (found.step, len(counts), found.requests) == (60, 21, 5)


def test_the_limit_is_what_mega_said_last_and_its_waiting_time_is_a_wait(sent):
    found = pace.of_import(sent)
    assert found.limit == 7
    (told,) = found.waits
    assert (told.why, told.seconds) == ("told", 90)
    assert told.start == sent.started_at + dt.timedelta(seconds=151)


def test_without_such_a_header_the_limit_is_the_one_that_counts_now(sent):
    Attempt.objects.update(headers={})
    assert pace.of_import(sent).limit == 10
    Quota.objects.update(learned_limit=30)
    assert pace.of_import(Import.objects.get(pk=sent.pk)).limit == 30


def test_a_pause_of_a_person_is_a_wait(sent):
    for minute, act in ((5, acts.PAUSED), (9, acts.RESUMED)):
        with time_machine.travel(sent.started_at + minutes(minute)), transaction.atomic():
            trail.record(act, actor=None, lead_import=sent)
    paused = [wait for wait in pace.of_import(sent).waits if wait.why == "paused"]
    assert [round(wait.seconds / 60) for wait in paused] == [4]


def test_what_never_left_and_what_a_dry_run_asked_is_not_counted(sent):
    Attempt.objects.filter(started_at__gt=sent.started_at + minutes(1)).update(was_sent=False)
    assert pace.of_import(sent).requests == 2
    Batch.objects.update(kind=Kind.DRY_RUN)
    assert pace.of_import(sent).requests == 0


def test_an_import_that_has_not_begun_has_no_pace(acme):
    assert pace.of_import(story.reviewed(acme)) is None


def test_days_of_sending_are_at_most_120_bars(sent):
    Import.objects.filter(pk=sent.pk).update(started_at=sent.started_at - dt.timedelta(days=9))
    found = pace.of_import(Import.objects.get(pk=sent.pk))
    assert found.step == 7_200
    assert len(found.bars) <= pace.MOST_BARS
    assert found.requests == 5


def test_a_customers_hour_counts_what_others_send_with_the_same_token(acme, sent):
    other = people.customer("Zenith")
    tokens.set_token(other, people.TOKEN, None)
    now = timezone.now()
    story.requested(sent, now - minutes(3))
    for _ in range(2):
        story.requested(story.reviewed(other), now - minutes(3))
    found = pace.of_customer(acme, "hour")
    assert found.step == 60
    assert len(found.bars) in {60, 61}  # the minute in which the hour began may be cut
    assert found.others == 2
    assert found.requests in {3, 4}  # an hour ago is at its edge
    assert not pace.is_moving(found)
    story.requested(sent, now)
    assert pace.is_moving(pace.of_customer(acme, "hour"))
    assert pace.of_customer(acme, "day").requests == 7


def test_a_customers_day_says_nothing_of_another_teams_requests(acme, sent):
    """Two teams may hold the token of the same account; neither learns when the other sends."""
    before = pace.of_customer(acme, "day")
    theirs = people.customer("Southern", people.team("South"))
    tokens.set_token(theirs, people.TOKEN, None)
    made, at = story.reviewed(theirs), timezone.now() - minutes(1)
    story.requested(made, at)
    story.requested(made, at, 429, headers={"retry-after": "50"})
    found = pace.of_customer(acme, "day")
    assert (found.others, found.requests, found.refused) == (0, before.requests, before.refused)
    assert len(found.waits) == len(before.waits)
    assert not pace.is_moving(found)
    assert pace.of_customer(theirs, "day").requests == 2
    Quota.objects.update(learned_limit=30)
    assert pace.of_customer(acme, "day").limit == 30


def test_a_refused_token_is_a_wait_until_another_one_is_set(acme, sent):
    acme.tokens.update(refused_at=timezone.now() - minutes(10), refusal="unauthorized")
    waits = pace.of_customer(acme, "hour").waits
    blocked = [wait.seconds / 60 for wait in waits if wait.why == "blocked"]
    assert blocked == [pytest.approx(10, abs=1.1)]


def test_without_a_token_there_is_nothing_to_count(db):
    assert pace.of_customer(people.customer("Bare"), "hour") is None


def test_the_version_changes_with_each_request(sent):
    before = pace.of_import(sent).version
    assert pace.of_import(sent).version == before
    story.requested(sent, sent.started_at + minutes(9))
    assert pace.of_import(sent).version != before

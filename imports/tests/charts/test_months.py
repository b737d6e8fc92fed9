"""Rows by month and outcome: added up from what imports' ends wrote down."""

import datetime as dt

import pytest
from django.utils import timezone

from imports.delivery import tokens
from imports.models import Import, ImportState
from imports.reports.charts import months
from imports.tests import people
from imports.tests.pages import story

OCTOBER, NOVEMBER = dt.date(2026, 10, 1), dt.date(2026, 11, 1)


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (None, None, ("2025-12", "2026-11", 12)),
        (None, "2026-03-31", ("2025-04", "2026-03", 12)),
        ("2026-10-15", None, ("2026-10", "2026-11", 2)),
        ("2026-10-15", "2026-10-16", ("2026-10", "2026-10", 1)),
        ("2001-01-01", "2026-11-02", ("2024-12", "2026-11", 24)),
        ("2027-01-01", "2026-11-02", ("2026-11", "2026-11", 1)),
    ],
)
def test_a_filter_says_which_months(since, until, found):
    day = dt.date.fromisoformat
    made = months.between(since and day(since), until and day(until), dt.date(2026, 11, 28))
    assert (f"{made[0]:%Y-%m}", f"{made[-1]:%Y-%m}", len(made)) == found


@pytest.fixture
def acme(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    customer = people.customer("Acme")
    tokens.set_token(customer, people.TOKEN, None)
    return customer


def moved(lead_import, year, month, day, hour=12):
    at = dt.datetime(year, month, day, hour, tzinfo=dt.UTC)
    Import.objects.filter(pk=lead_import.pk).update(created_at=at)


def counted(first=OCTOBER, last=NOVEMBER):
    wanted = months.up_to(last, (last.month - first.month) + 1)
    return months.by_month(months.count(Import.objects.all(), wanted), wanted)


def test_an_import_belongs_to_the_month_of_its_upload_by_the_readers_clock(acme):
    moved(story.ended(acme), 2026, 11, 1, hour=2)
    assert [month.sums.imports for month in counted()] == [0, 1]
    with timezone.override("America/New_York"):
        assert [month.sums.sent for month in counted()] == [3, 0]


def test_rows_are_those_that_the_books_counted_at_the_end(acme):
    moved(story.ended(acme), 2026, 10, 7)
    moved(story.ended(acme, statuses=("created", "created", "skipped")), 2026, 10, 9)
    october, november = counted()
    assert october.sums.rows == {
        "created": 3, "updated": 1, "skipped": 1, "failed": 1, "unknown": 0,
    }  # fmt: skip
    assert (october.sums.imports, october.sums.sent, november.sums.sent) == (2, 6, 0)


def test_what_is_under_way_is_named_and_not_counted(acme):
    going = story.answered(acme)
    Import.objects.filter(pk=going.pk).update(state=ImportState.SENDING, finished_at=None)
    failed = story.uploaded(acme)
    Import.objects.filter(pk=failed.pk).update(state=ImportState.FAILED)
    for one in (going, failed):
        moved(one, 2026, 11, 3)
    november = counted()[1].sums
    assert (november.imports, november.open, november.sent) == (2, 1, 0)


def test_only_the_imports_that_were_chosen_count(acme):
    moved(story.ended(acme), 2026, 10, 7)
    wanted = [OCTOBER, NOVEMBER]
    none = months.count(Import.objects.filter(customer__name="Zenith"), wanted)
    assert months.total(none, OCTOBER).imports == 0


def test_customers_stand_beside_their_month_before_the_busiest_first(acme):
    zenith, idle = people.customer("Zenith"), people.customer("Idle")
    tokens.set_token(zenith, people.TOKEN, None)
    moved(story.ended(acme), 2026, 10, 7)
    moved(story.ended(zenith), 2026, 11, 7)
    found = months.count(Import.objects.all(), [OCTOBER, NOVEMBER])
    lines = months.lines(found, [acme, zenith, idle], NOVEMBER)
    assert [line.customer.name for line in lines] == ["Zenith", "Acme"]
    assert lines[0].pairs == [
        ("imports", 1, 0), ("sent", 3, 0), ("created", 1, 0), ("updated", 1, 0), ("failed", 1, 0),
    ]  # fmt: skip
    assert lines[1].pairs[1] == ("sent", 0, 3)


def test_a_year_is_counted_in_two_queries(acme, django_assert_num_queries):
    moved(story.ended(acme), 2026, 10, 7)
    with django_assert_num_queries(2):
        months.count(Import.objects.all(), months.up_to(NOVEMBER))

"""When an import starts and ends: told before sending, while it goes, and for the customer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from imports.delivery import keys
from imports.models import BatchState, Import, ImportState
from imports.tests.pages import story


@pytest.fixture
def huge(ines, acme):
    """An import of 101 requests that has begun."""
    keys.Quota.objects.update(proved_at=timezone.now())
    found = story.reviewed(acme, ines.user, name="huge.csv")
    begun = timezone.now() - timedelta(seconds=1)
    story.a_batch(found, [2], state=BatchState.DONE, claimed_at=begun)
    for _ in range(100):
        story.a_batch(found, [3], state=BatchState.WAITING)
    put(found, state=ImportState.SENDING, planned_at=begun, started_at=begun)
    return found


def put(lead_import, **changes):
    Import.objects.filter(pk=lead_import.pk).update(**changes)


def test_before_sending_it_is_said_when_it_would_start_and_why_it_has_to_share(ines, acme, huge):
    new = story.reviewed(acme, ines.user, name="new.csv")
    page = story.text(ines.get(f"/imports/{new.pk}/review/"))
    assert "Sent now, it would start" in page
    assert "because 1 other import with this token is sent or queued" in page


def test_alone_it_has_to_share_with_nobody(ines, acme):
    new = story.reviewed(acme, ines.user)
    page = story.text(ines.get(f"/imports/{new.pk}/review/"))
    assert "Sent now, it would start" in page
    assert "because" not in page.split("Sent now")[1].split("</p>")[0]


def test_the_customers_page_has_the_timetable_and_names_what_is_not_reckoned_with(ines, acme, huge):
    paused = story.reviewed(acme, ines.user, name="paused.csv")
    put(paused, state=ImportState.PAUSED)
    page = story.text(ines.get("/customers/acme/"))
    table = page.split('id="timetable"')[1].split("</section>")[0]
    assert "huge.csv" in table
    assert "has begun" in table
    assert f"#{paused.pk}</a> (paused)" in table


def test_a_customer_without_imports_to_send_has_no_timetable(ines, acme):
    assert 'id="timetable"' not in story.text(ines.get("/customers/acme/"))


def test_an_import_that_waits_for_its_turn_says_so_and_when(ines, acme, huge):
    waiting = story.reviewed(acme, ines.user, name="waiting.csv")
    story.a_batch(waiting, [2, 3, 5], state=BatchState.WAITING)
    put(waiting, state=ImportState.QUEUED, planned_at=timezone.now(), priority=-1)
    page = story.text(ines.get(f"/imports/{waiting.pk}/send/"))
    assert "1 other import with this token is sent or queued" in page
    page = story.text(ines.get(f"/imports/{huge.pk}/send/"))
    assert "1 other import with this token takes turns with this one" in page


def test_the_time_left_reckons_with_the_others(ines, acme, huge):
    page = story.text(ines.get(f"/imports/{huge.pk}/send/"))
    assert "About <strong>9 min</strong> left" in page  # a hundred requests at ten a minute

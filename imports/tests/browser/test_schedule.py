"""An import is scheduled, moved and taken back in a real browser, and a review handed over."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from imports.models import Import, ImportState, Schedule
from imports.tests.browser.conftest import assert_open_to_all, sign_in
from imports.tests.browser.eyes import CUT_OFF, SMALL
from imports.tests.pages import story
from portal.models import Membership, Role, User

pytestmark = [pytest.mark.browser, pytest.mark.road]


def looks_well(page):
    assert_open_to_all(page)
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(SMALL) == []


WINDOWS = pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])


@pytest.fixture
def review(window, ines, client_of):
    """Open the review of an import in a window of this size."""

    def open_one(width, scheme):
        made = story.reviewed(client_of().customer, ines)
        page = window(viewport={"width": width, "height": 800}, color_scheme=scheme)
        sign_in(page, ines)
        page.goto(f"/imports/{made.pk}/review/")
        return page, made

    return open_one


@WINDOWS
def test_ines_hands_the_review_over_with_a_note(review, width, scheme):
    page, made = review(width, scheme)
    max_, _ = User.objects.get_or_create(
        email="max@schedule.example", defaults={"name": "Max Meyer"}
    )
    Membership.objects.get_or_create(
        user=max_, team=made.customer.team, defaults={"role": Role.IMPORTER}
    )
    page.reload()
    page.get_by_text("Hand over", exact=True).click()
    looks_well(page)
    page.get_by_label("To", exact=True).select_option(label="Max Meyer")
    page.get_by_label("Note", exact=True).fill("Mind the phones")
    page.get_by_role("button", name="Hand over the review").click()
    expect(page.get_by_text("Mind the phones")).to_be_visible()
    expect(page.get_by_text("Max Meyer’s. Handed over by")).to_be_visible()


@WINDOWS
def test_ines_schedules_moves_and_takes_it_back(review, width, scheme):
    page, made = review(width, scheme)
    expect(page.get_by_role("button", name="Send 3 leads")).to_be_visible()
    expect(page.get_by_label("Day", exact=True)).to_be_hidden()
    page.get_by_label("At a time").check()
    expect(page.get_by_role("button", name="Send 3 leads")).to_have_count(0)
    page.get_by_role("button", name="Schedule 3 leads").click()
    expect(page.get_by_text("Choose the day.").first).to_be_visible()
    looks_well(page)
    wanted = timezone.now() + timedelta(days=3)
    page.get_by_label("Day", exact=True).fill(f"{wanted:%Y-%m-%d}")
    page.get_by_label("Time", exact=True).fill("14:30")
    page.get_by_role("button", name="Schedule 3 leads").click()

    page.locator("#scheduled").wait_for()
    assert Schedule.objects.get(lead_import=made).at.strftime("%H:%M") == "14:30"
    looks_well(page)
    page.get_by_label("Time", exact=True).fill("15:45")
    page.get_by_role("button", name="Change the time").click()
    expect(page.locator("#scheduled").get_by_text("15:45")).to_be_visible()
    page.goto("/")
    page.get_by_role("heading", name="Scheduled", exact=True).wait_for()
    looks_well(page)

    page.get_by_role("link", name=made.customer.name).first.click()
    page.get_by_role("button", name="Take the time back").click()
    page.get_by_role("button", name="Send 3 leads").wait_for()
    assert Import.objects.get(pk=made.pk).state == ImportState.REVIEW

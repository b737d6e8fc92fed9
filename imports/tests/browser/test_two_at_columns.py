"""Two people at the same columns in two browsers."""

import pytest
from playwright.sync_api import expect

from imports.columns import derive
from imports.models import Import
from imports.tests import people
from imports.tests.browser.conftest import assert_open_to_all, sign_in
from imports.tests.browser.eyes import CUT_OFF
from imports.tests.pages import story
from imports.tests.pages.test_two_at_columns import targets
from portal.models import Membership, Role, User

pytestmark = [pytest.mark.browser, pytest.mark.road]


@pytest.fixture
def max_(ines):
    """Ines's colleague."""
    user, made = User.objects.get_or_create(
        email="max@browser.example", defaults={"name": "Max Meyer"}
    )
    if made:
        user.set_password(people.PASSWORD)
        user.save()
    team = ines.memberships.get().team
    Membership.objects.get_or_create(user=user, team=team, defaults={"role": Role.IMPORTER})
    return user


def at_columns(window, user, lead_import, place="", **options):
    page = window(**options)
    sign_in(page, user)
    page.goto(f"/imports/{lead_import.pk}/columns/{place}")
    return page


def test_each_hears_of_the_other_and_the_second_chooses(window, ines, max_, client_of):
    made = story.reviewed(client_of().customer, ines)
    hers = at_columns(window, ines, made)
    his = at_columns(window, max_, made)
    expect(his.get_by_text("Ines Iversen has these columns open too, since")).to_be_visible()
    hers.evaluate("htmx.trigger('#others', 'refresh')")
    expect(hers.get_by_text("Max Meyer has these columns open too, since")).to_be_visible()

    hers.get_by_label("What column Phone becomes").select_option(label="Leave out")
    his.get_by_label("What column Source becomes").select_option(label="Leave out")
    his.get_by_role("button", name="Check all rows").click()
    his.wait_for_url("**/review/")
    hers.evaluate("htmx.trigger('#others', 'refresh')")
    expect(hers.get_by_text("Max Meyer changed the columns after you opened")).to_be_visible()
    chosen = hers.get_by_label("What column Phone becomes")
    expect(chosen).to_have_value("")

    hers.get_by_role("button", name="Check all rows").click()
    alert = hers.get_by_role("alert")
    expect(alert).to_contain_text("Max Meyer changed the columns while you were at them")
    expect(alert).to_be_focused()
    assert_open_to_all(hers)
    expect(hers.get_by_label("What column Phone becomes")).to_have_value("")
    assert targets(made)[1] == "contact_phone", "nothing of hers is saved yet"
    hers.get_by_role("button", name="Check all rows").click()
    hers.wait_for_url("**/review/")
    assert targets(made) == ["contact_name", None, "contact_email", None, None]
    assert derive.mapping_of(Import.objects.get(pk=made.pk)).columns[1].confidence == "chosen"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_at_one_column_the_second_sees_what_the_first_did_and_goes_on_top(
    window, ines, max_, client_of, scheme, width
):
    made = story.reviewed(client_of().customer, ines)
    size = {"width": width, "height": 800}
    hers = at_columns(window, ines, made, "0/", viewport=size, color_scheme=scheme)
    his = at_columns(window, max_, made, "1/")
    his.get_by_label("Change 1").select_option(label="single spaces")
    his.get_by_role("button", name="Use this and check all rows").click()
    his.wait_for_url("**/columns/")

    hers.get_by_label("Change 1").select_option(label="ALL CAPITALS")
    hers.get_by_role("button", name="Use this and check all rows").click()
    alert = hers.get_by_role("alert")
    expect(alert).to_contain_text("Max Meyer changed the columns while you were at them")
    expect(alert).to_contain_text("Phone: Phone; single spaces")
    expect(alert).to_be_focused()
    expect(hers.get_by_label("Change 1")).to_have_value("upper")
    expect(hers.get_by_text("ANA SOUZA").first).to_be_visible()
    assert_open_to_all(hers)
    assert hers.evaluate(CUT_OFF) == []
    hers.get_by_role("button", name="Use this and check all rows").click()
    hers.wait_for_url("**/columns/")
    now = derive.mapping_of(Import.objects.get(pk=made.pk))
    kinds = [[change.kind for change in column.changes] for column in now.columns[:2]]
    assert kinds == [["upper"], ["tidy"]]

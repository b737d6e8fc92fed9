"""Customers and the admin in a real browser: by keyboard, in the dark, without a complaint."""

import uuid

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from imports.models import Customer, Token
from imports.tests.browser.conftest import assert_open_to_all, sign_in
from imports.tests.customer_list.lists import a_csv
from imports.tests.pages import story
from portal.models import Membership, Role, Team, User

pytestmark = [pytest.mark.browser, pytest.mark.road]


@pytest.fixture
def scopeless(ines, client_of):
    """A customer whose token may not write leads."""
    customer = client_of().customer
    Token.objects.filter(customer=customer).update(
        check_result="no_scope", refusal="forbidden", refused_at=timezone.now()
    )
    yield customer
    Token.objects.filter(customer=customer).update(check_result="ok", refusal="", refused_at=None)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_asking_mega_for_a_right_is_a_button_that_escape_closes(window, ines, scopeless, scheme):
    page = window(color_scheme=scheme, viewport={"width": 390, "height": 800})
    sign_in(page, ines)
    page.goto(f"/customers/?q={scopeless.name}")
    page.get_by_role("button", name="Ask MEGA for the right").focus()
    page.keyboard.press("Enter")
    asked = page.locator(f"#ask-{scopeless.pk}")
    expect(asked).to_be_visible()
    expect(asked).to_contain_text("the scope public_api:leads:write")
    assert_open_to_all(page)
    page.keyboard.press("Escape")
    expect(asked).to_be_hidden()


def test_customers_come_from_a_file_by_keyboard_alone(window, ines, client_of, tmp_path):
    client_of()
    name = f"Door {uuid.uuid4().hex[:8]}"
    path = tmp_path / "list.csv"
    path.write_text(a_csv((name, str(uuid.uuid4())), ("Roof", "no id")))
    page = window()
    sign_in(page, ines)
    page.goto("/customers/")
    page.get_by_role("link", name="Add from a list").press("Enter")
    page.get_by_label("List of customers").set_input_files(path)
    page.get_by_role("button", name="Look at the list").press("Enter")
    page.get_by_role("heading", name="1 customer can be added").wait_for()
    page.get_by_role("button", name="Add 1 customer").press("Enter")
    page.get_by_text("1 customer was added. Set its API token next.").wait_for()
    expect(page.get_by_role("link", name=f"Set the token of {name}")).to_be_visible()
    assert Customer.objects.filter(name=name).exists()


@pytest.fixture
def stefan(committed):
    """Staff, and a member of the team whose clients these are."""
    user, made = User.objects.get_or_create(
        email="stefan@browser.example", defaults={"name": "Stefan Staff", "is_staff": True}
    )
    if made:
        user.set_password("Anna's long password 1")
        user.save()
    team, _ = Team.objects.get_or_create(name="Road team", slug="road-team")
    Membership.objects.get_or_create(user=user, team=team, defaults={"role": Role.MANAGER})
    return user


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_admin_keeps_to_the_policy_and_to_the_dark(window, stefan, client_of, scheme):
    done = story.answered(client_of().customer)
    team = Team.objects.get(slug="road-team")
    page = window(color_scheme=scheme)
    sign_in(page, stefan)
    for address in (
        "/admin/", "/admin/portal/user/", "/admin/portal/user/add/",
        f"/admin/portal/team/{team.pk}/change/", "/admin/imports/customer/",
        f"/admin/imports/customer/{done.customer_id}/change/", "/admin/imports/import/",
        f"/admin/imports/import/{done.pk}/change/", "/admin/imports/batch/",
        "/admin/imports/attempt/", "/admin/imports/notice/",
    ):  # fmt: skip
        page.goto(address)
        page.wait_for_load_state("networkidle")
        light = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert light == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(18, 18, 18)"), address


def test_a_member_is_added_in_the_admin(window, stefan, client_of):
    """Django's autocompletion works under the policy."""
    client_of()
    team = Team.objects.get(slug="road-team")
    page = window()
    sign_in(page, stefan)
    page.goto(f"/admin/portal/team/{team.pk}/change/")
    page.get_by_role("button", name="Add another Membership").click()
    page.locator(".select2-selection").last.click()
    page.locator(".select2-search__field").fill("stefan")
    expect(page.locator(".select2-results__option").first).to_contain_text("Stefan Staff")

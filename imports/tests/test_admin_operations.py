"""The admin for operations: numbers and states for staff, names for those who may see them."""

import re

import pytest
from django.utils import timezone

from imports import customers
from imports.delivery import tokens
from imports.models import Attempt, Customer, Event, Import, Notice, Outcome, Row
from imports.tests import people
from imports.tests.pages import story
from portal.models import Membership, Role

pytestmark = pytest.mark.django_db

MODELS = ("customer", "import", "batch", "attempt", "notice")


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def lead_import():
    """A finished import of Acme, of the team North, with leads, a request and a notice."""
    customer = people.customer("AcmeHomes")
    tokens.set_token(customer, people.TOKEN, None)
    made = story.answered(customer)
    now = timezone.now()
    Attempt.objects.update(headers={"x-secret": "header-word"}, answer=b"body-word")
    made.batches.update(detail="MEGA said mega-word", first_sent_at=now)
    Import.objects.filter(pk=made.pk).update(reason="reason-word")
    return made


@pytest.fixture
def things(lead_import):
    """The admin's page of each thing."""
    batch = lead_import.batches.get()
    found = {
        "customer": lead_import.customer,
        "import": lead_import,
        "batch": batch,
        "attempt": batch.attempts.get(),
        "notice": Notice.objects.filter(lead_import=lead_import).first(),
    }
    return {kind: f"/admin/imports/{kind}/{one.pk}/change/" for kind, one in found.items()}


def somebody(client, kind):
    """Staff, or a superuser, of no team."""
    user = people.person(f"{kind}@example.com", is_staff=True, is_superuser=kind == "root")
    client.force_login(user)
    return user


@pytest.fixture(params=["staff", "root"])
def outsider(request, client):
    """Staff and superusers see the same: neither is in the team."""
    return somebody(client, request.param)


def every_page(things):
    lists = [f"/admin/imports/{kind}/" for kind in MODELS]
    return ["/admin/", "/admin/imports/", *lists, *things.values()]


def test_staff_and_superusers_see_numbers_and_states_but_no_name(client, outsider, things):
    for address in every_page(things):
        answer = client.get(address)
        assert answer.status_code == 200, address
        page = story.text(answer)
        for secret in (
            "AcmeHomes", "acmehomes", "leads.csv", "Ana Souza", "ana@example.com", "555-0123",
            "Full name", "header-word", "body-word", "mega-word", "reason-word", people.TOKEN[5:20],
            str(Customer.objects.get().mega_id),
        ):  # fmt: skip
            assert secret not in page, (address, secret)


def test_history_pages_have_no_name_either(client, outsider, things):
    page = story.text(client.get(things["customer"].replace("change", "history")))

    assert "Change history" in page
    assert "AcmeHomes" not in page


def test_what_belongs_to_the_reader_has_its_name_and_a_way_into_the_portal(
    client, lead_import, things
):
    user = somebody(client, "staff")
    Membership.objects.create(user=user, team=people.team(), role=Role.VIEWER)
    batch = lead_import.batches.get()

    for kind in MODELS:
        page = story.text(client.get(f"/admin/imports/{kind}/"))
        assert "AcmeHomes" in page, kind
    assert f'href="/imports/{lead_import.pk}/"' in story.text(client.get(things["import"]))
    request = f'href="/imports/{lead_import.pk}/requests/{batch.pk}/"'
    assert request in story.text(client.get(things["batch"]))
    assert request in story.text(client.get(things["attempt"]))
    assert 'href="/customers/acmehomes/"' in story.text(client.get(things["customer"]))


def test_an_import_is_counted_by_result(client, outsider, lead_import, things):
    page = story.text(client.get(things["import"]))

    assert "Created 1, Updated 1, Failed 1, Invalid 1" in page
    assert Outcome.objects.count() == 3


def test_nothing_is_added_deleted_or_changed(client, outsider, things):
    before = Customer.objects.values().get()
    for kind, address in things.items():
        listed = f"/admin/imports/{kind}/"
        assert client.get(f"{listed}add/").status_code == 403
        assert client.post(f"{listed}add/", {}).status_code == 403
        assert client.post(address.replace("change", "delete"), {"post": "yes"}).status_code == 403
        assert client.post(address, {"name": "Mine", "state": "finished"}).status_code == 403
        for page in (story.text(client.get(listed)), story.text(client.get(address))):
            assert "/add/" not in page.split('id="content"')[1], kind
            assert "/delete/" not in page, kind
            assert 'name="_save"' not in page, kind
            assert 'name="action"' not in page, kind
    assert Customer.objects.values().get() == before
    assert Row.objects.count() == 4


def test_nobody_else_gets_in(client, things):
    for user in (people.anna(), people.olga(), people.vera()):
        client.force_login(user)
        for address in every_page(things):
            assert client.get(address).status_code in {302, 403}, address
            assert "AcmeHomes" not in story.text(client.get(address, follow=True)), address


@pytest.mark.parametrize(
    "asked",
    [
        "imports/customer/?name__startswith=Acme",
        "imports/customer/?slug=acmehomes",
        "imports/import/?file_name__contains=leads",
        "imports/import/?customer__name__startswith=A",
        "imports/import/?reason__contains=word",
        "imports/batch/?detail__contains=word",
        "imports/attempt/?answer_sha256__isnull=1",
        "imports/notice/?lead_import__file_name=x",
        "portal/user/?password__startswith=md5",
        "portal/team/?customers__name__startswith=A",
    ],
)
def test_addresses_do_not_ask_for_what_is_not_shown(client, outsider, things, asked):
    """An answer with and one without a line would tell it, letter by letter."""
    assert client.get(f"/admin/{asked}").status_code == 400


def test_names_are_not_found_by_searching_or_autocompletion(client, outsider, lead_import, things):
    listed = story.text(client.get("/admin/imports/customer/?q=Acme"))
    assert "0 customers" in listed
    number = lead_import.customer_id
    assert "1 customer" in story.text(client.get(f"/admin/imports/customer/?q={number}"))
    asked = "/admin/autocomplete/?app_label=imports&model_name=import&field_name=customer&term="
    for term in ("", "Acme", str(number)):
        assert client.get(asked + term).json()["results"] == []


def test_lists_are_filtered_and_searched_by_number(client, outsider, lead_import, things):
    number = lead_import.pk
    for kind in ("import", "batch", "attempt", "notice"):
        assert f"1 {kind}" in story.text(client.get(f"/admin/imports/{kind}/?q=%23{number}")), kind
        assert f"0 {kind}" in story.text(client.get(f"/admin/imports/{kind}/?q={number + 1}")), kind
        assert f"0 {kind}" in story.text(client.get(f"/admin/imports/{kind}/?q=Ana")), kind
    for asked, count in (
        ("import/?state__exact=finished", "1 import"),
        ("import/?state__exact=failed", "0 imports"),
        ("batch/?kind__exact=send", "1 batch"),
        ("attempt/?concluded=settled", "0 attempts"),
        ("customer/?lacks=token", "0 customers"),
        ("customer/?lacks=check", "1 customer"),
        (f"customer/?team__id__exact={people.team().pk}", "1 customer"),
    ):
        assert count in story.text(client.get(f"/admin/imports/{asked}")), asked


def test_a_manager_who_is_staff_changes_settings_with_the_pages_event(client, things):
    user = somebody(client, "staff")
    Membership.objects.create(user=user, team=people.team(), role=Role.MANAGER)
    form = {
        "name": "Acme  East", "region": "gb", "requests_per_minute": "20", "failure_percent": "30",
        "update_points": "10", "mega_id": "11111111-1111-4111-8111-111111111111",
        "on_duplicate": "update",
    }  # fmt: skip
    before = Customer.objects.get()

    assert client.post(things["customer"], form).status_code == 302

    changed = Customer.objects.get()
    assert (changed.name, changed.region, changed.requests_per_minute) == ("Acme East", "GB", 20)
    assert (changed.mega_id, changed.on_duplicate) == (before.mega_id, before.on_duplicate)
    event = Event.objects.latest("pk")
    assert (event.act, event.actor) == ("customer_changed", user)
    assert event.facts["changed"] == ["name", "region", "requests_per_minute", "failure_percent"]


def test_the_pages_rules_hold_in_the_admin(client, things):
    user = somebody(client, "staff")
    Membership.objects.create(user=user, team=people.team(), role=Role.MANAGER)
    people.customer("Taken")
    form = {
        "name": "Tak\u200ben", "region": "XX", "requests_per_minute": "0",
        "failure_percent": "101", "update_points": "10",
    }  # fmt: skip

    page = story.text(client.post(things["customer"], form))

    assert "The team already has a customer called Taken" in page
    assert "Use the two letters of a country" in page
    assert len(re.findall(r'<ul class="errorlist"', page)) >= 4
    assert Customer.objects.filter(name="AcmeHomes").exists()


FORM = {
    "name": "Acme East", "region": "GB", "requests_per_minute": "20", "failure_percent": "30",
    "update_points": "10",
}  # fmt: skip


def test_staff_who_left_the_team_do_not_read_its_customers_names_in_recent_actions(client, things):
    user = somebody(client, "staff")
    member = Membership.objects.create(user=user, team=people.team(), role=Role.MANAGER)
    client.post(things["customer"], FORM, follow=True)
    assert Event.objects.latest("pk").act == "customer_changed"

    member.delete()

    for address in ("/admin/", things["customer"].replace("change", "history")):
        page = story.text(client.get(address))
        assert "Acme East" not in page, address
        assert "AcmeHomes" not in page, address


def test_a_change_that_is_refused_at_the_last_moment_is_not_called_a_success(
    client, things, monkeypatch
):
    """Somebody takes the name after the form has looked and before the change is stored."""
    user = somebody(client, "staff")
    Membership.objects.create(user=user, team=people.team(), role=Role.MANAGER)
    twin = people.customer("Acme West")
    look = customers.twin_of

    def as_the_other_commits(customer):
        found = look(customer)
        Customer.objects.filter(pk=twin.pk).update(name="Acme East")
        return found

    monkeypatch.setattr(customers, "twin_of", as_the_other_commits)
    answer = client.post(things["customer"], FORM, follow=True)

    page = story.text(answer)
    assert answer.redirect_chain == [(things["customer"], 302)]
    assert "The team already has a customer called Acme East" in page
    assert "changed successfully" not in page
    assert Customer.objects.get(slug="acmehomes").requests_per_minute == 10
    assert not Event.objects.filter(act="customer_changed").exists()


def test_an_importer_who_is_staff_changes_nothing(client, things):
    user = somebody(client, "staff")
    Membership.objects.create(user=user, team=people.team(), role=Role.IMPORTER)

    assert client.post(things["customer"], {"name": "Mine"}).status_code == 403
    assert 'name="_save"' not in story.text(client.get(things["customer"]))


def test_no_page_of_the_admin_runs_anything_inline(client, outsider, things):
    people_pages = ["/admin/portal/user/", "/admin/portal/user/add/", "/admin/portal/team/add/"]
    for address in every_page(things) + people_pages:
        answer = client.get(address)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy, address
        assert "unsafe" not in policy, address
        page = story.text(answer)
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", page), address
        assert "<style" not in page, address
        assert not re.search(r"<[^>]*\s(style|on\w+)=", page), address

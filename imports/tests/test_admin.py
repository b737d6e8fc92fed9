"""The admin: people are administered, nothing is deleted, nothing is sent, no lead is shown."""

import re

import pytest
from django.db.models import ProtectedError

from imports.models import Event
from imports.tests import people
from portal.models import Membership, Role, Team, User

pytestmark = pytest.mark.django_db


def acts():
    return list(Event.objects.order_by("id").values_list("act", flat=True))


@pytest.fixture
def staff(client):
    user = people.person("staff@example.com", is_staff=True)
    client.force_login(user)
    return user


def test_the_admin_has_no_sign_in_of_its_own(client):
    answer = client.get("/admin/", follow=True)

    assert answer.redirect_chain[-1][0] == "/sign-in/?next=%2Fadmin%2F"
    assert client.post("/admin/login/", {"username": "a", "password": "b"}).status_code == 302


def test_people_who_are_not_staff_do_not_get_into_the_admin(client):
    client.force_login(people.anna())

    assert client.get("/admin/", follow=True).status_code == 403


def test_staff_administer_people_and_look_at_operations(client, staff):
    page = client.get("/admin/").content.decode()

    assert set(re.findall(r'href="/admin/(\w+/\w+)/"', page)) == {
        "portal/user",
        "portal/team",
        "imports/customer",
        "imports/import",
        "imports/batch",
        "imports/attempt",
        "imports/notice",
    }


def test_staff_add_and_change_and_deactivate_a_user(client, staff):
    form = {"email": "New@example.com", "name": "Nia", "time_zone": "UTC", "is_active": "on"}
    client.post("/admin/portal/user/add/", form)
    nia = User.objects.get(email="new@example.com")
    assert not nia.has_usable_password()

    client.post(f"/admin/portal/user/{nia.pk}/change/", {**form, "name": "Nia Holt"})
    del form["is_active"]
    client.post(f"/admin/portal/user/{nia.pk}/change/", {**form, "name": "Nia Holt"})

    assert acts()[1:] == ["user_added", "user_changed", "user_deactivated"]
    assert Event.objects.latest("id").facts == {"user": nia.pk, "changed": ["is_active"]}
    assert Event.objects.latest("id").actor == staff


def test_staff_cannot_raise_themselves_or_touch_administrators(client, staff):
    root = people.person("root@example.com", is_superuser=True, is_staff=True)
    vera = people.vera()
    form = {"email": "vera@example.com", "time_zone": "UTC", "is_active": "on", "is_staff": "on"}
    form |= {"is_auditor": "on", "is_superuser": "on"}

    client.post(f"/admin/portal/user/{vera.pk}/change/", form)
    answers = [client.post(f"/admin/portal/user/{u.pk}/change/", form) for u in (root, staff)]

    vera.refresh_from_db()
    assert (vera.is_staff, vera.is_auditor, vera.is_superuser) == (False, False, False)
    assert [answer.status_code for answer in answers] == [403, 403]


def test_staff_manage_teams_and_members_with_events(client, staff):
    vera = people.person("vera@example.com")
    inline = {"memberships-INITIAL_FORMS": "0", "memberships-TOTAL_FORMS": "1"}
    inline |= {"memberships-0-user": vera.pk, "memberships-0-role": "viewer"}
    client.post("/admin/portal/team/add/", {"name": "North East", **inline})
    team, member = Team.objects.get(), Membership.objects.get()
    assert (team.slug, member.role) == ("north-east", "viewer")

    inline |= {"memberships-INITIAL_FORMS": "1", "memberships-0-id": member.pk}
    inline |= {"memberships-0-team": team.pk, "memberships-0-role": "manager"}
    address = f"/admin/portal/team/{team.pk}/change/"
    client.post(address, {"name": "North East", **inline})
    max_ = people.person("max@example.com", Role.MANAGER, team)
    client.post(address, {"name": "North East", **inline, "memberships-INITIAL_FORMS": "2",
        "memberships-TOTAL_FORMS": "2", "memberships-0-DELETE": "on",
        "memberships-1-id": max_.memberships.get().pk, "memberships-1-team": team.pk,
        "memberships-1-user": max_.pk, "memberships-1-role": "manager"})  # fmt: skip

    assert Membership.objects.get().user == max_
    events = Event.objects.filter(chain__team=team).order_by("id")
    assert [(e.act, e.facts) for e in events] == [
        ("team_added", {"team": team.pk}),
        ("member_added", {"user": vera.pk, "role": "viewer"}),
        ("member_changed", {"user": vera.pk, "role": "manager", "before": "viewer"}),
        ("member_removed", {"user": vera.pk, "role": "manager"}),
    ]


def test_the_admin_deletes_nothing_and_changes_no_customer_or_import(client, staff):
    lead_import = people.an_import()
    vera = people.vera()
    customer = lead_import.customer

    for address in (
        f"/admin/portal/user/{vera.pk}/delete/",
        f"/admin/portal/team/{people.team().pk}/delete/",
        f"/admin/imports/customer/{customer.pk}/delete/",
        "/admin/imports/customer/add/",
        f"/admin/imports/import/{lead_import.pk}/delete/",
    ):
        assert client.post(address, {"post": "yes"}).status_code == 403
    seen = client.get(f"/admin/imports/import/{lead_import.pk}/change/").content.decode()
    assert "leads.csv" not in seen
    assert client.post(f"/admin/imports/import/{lead_import.pk}/change/", {}).status_code == 403


def test_a_user_is_never_deleted():
    with pytest.raises(ProtectedError, match="deactivated, never deleted"):
        people.anna().delete()


def change(client, user, **fields):
    form = {"email": user.email, "name": user.name, "time_zone": "UTC", "is_active": "on"}
    sent = {name: value for name, value in (form | fields).items() if value}
    return client.post(f"/admin/portal/user/{user.pk}/change/", sent)


def test_staff_cannot_take_over_an_account_by_its_email(client, staff):
    anna = people.anna()

    change(client, anna, email="staff+anna@example.com", name="Anna B.")

    anna.refresh_from_db()
    assert (anna.email, anna.name) == ("anna@example.com", "Anna B.")


def test_a_superuser_changes_an_email(client):
    client.force_login(people.person("root@example.com", is_superuser=True, is_staff=True))
    anna = people.anna()

    change(client, anna, email="anna.berg@example.com")

    anna.refresh_from_db()
    assert anna.email == "anna.berg@example.com"
    assert Event.objects.latest("id").facts == {"user": anna.pk, "changed": ["email"]}


def test_the_last_manager_of_a_team_is_not_deactivated(client, staff):
    anna = people.anna()

    answer = change(client, anna, is_active="")
    assert "last manager of North. Make somebody else" in answer.content.decode()
    anna.refresh_from_db()
    assert anna.is_active

    people.person("max@example.com", Role.MANAGER)
    assert change(client, anna, is_active="").status_code == 302
    anna.refresh_from_db()
    assert not anna.is_active


@pytest.mark.parametrize("how", [{"memberships-0-role": "viewer"}, {"memberships-0-DELETE": "on"}])
def test_a_team_keeps_a_manager_in_the_admin_too(client, staff, how):
    anna, team = people.anna(), people.team()
    inline = {"memberships-INITIAL_FORMS": "1", "memberships-TOTAL_FORMS": "1",
        "memberships-0-id": anna.memberships.get().pk, "memberships-0-team": team.pk,
        "memberships-0-user": anna.pk, "memberships-0-role": "manager"}  # fmt: skip

    answer = client.post(
        f"/admin/portal/team/{team.pk}/change/", {"name": "North", **inline, **how}
    )

    assert "North would be left without a manager" in answer.content.decode()
    assert anna.memberships.get().role == Role.MANAGER

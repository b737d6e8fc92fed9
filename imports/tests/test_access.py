"""Who may see and do what."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from imports import access
from imports.models import Event
from imports.tests import people
from portal.models import Role

pytestmark = pytest.mark.django_db

MEMBERS = [people.vera, people.ivan, people.anna]


@pytest.mark.parametrize("member", MEMBERS)
def test_every_member_reads_the_teams_customers_and_imports(member):
    user, lead_import = member(), people.an_import()

    assert access.get_import(user, lead_import.pk) == lead_import
    assert access.get_customer(user, "acme") == lead_import.customer
    assert access.get_customer(user, lead_import.customer_id) == lead_import.customer
    assert access.get_team(user, "north") == people.team()
    assert list(access.imports_for(user)) == [lead_import]
    assert list(access.customers_for(user)) == [lead_import.customer]
    assert list(access.teams_for(user)) == [people.team()]


@pytest.mark.parametrize(
    ("member", "may"),
    [
        (people.vera, {Role.VIEWER}),
        (people.ivan, {Role.VIEWER, Role.IMPORTER}),
        (people.anna, {Role.VIEWER, Role.IMPORTER, Role.MANAGER}),
    ],
)
def test_each_role_may_do_what_the_ones_before_it_may(member, may):
    user, lead_import = member(), people.an_import()

    for need in Role:
        if need in may:
            assert access.get_import(user, lead_import.pk, need=need)
        else:
            with pytest.raises(PermissionDenied, match="Ask a manager"):
                access.get_import(user, lead_import.pk, need=need)
    assert not Event.objects.exists()


def test_a_stranger_gets_404_for_everything_and_the_owner_sees_that_they_asked():
    sam, lead_import = people.sam(), people.an_import()

    for ask in (
        lambda: access.get_import(sam, lead_import.pk),
        lambda: access.get_customer(sam, "acme"),
        lambda: access.get_team(sam, "north"),
    ):
        with pytest.raises(Http404):
            ask()

    events = Event.objects.order_by("position")
    assert [(e.act, e.actor, e.facts["kind"]) for e in events] == [
        ("stranger", sam, "import"),
        ("stranger", sam, "customer"),
        ("stranger", sam, "team"),
    ]
    assert {e.chain.team for e in events} == {people.team()}
    assert events[0].facts["id"] == lead_import.pk


def test_a_stranger_finds_nothing_in_lists():
    sam = people.sam()
    people.an_import()

    assert not access.imports_for(sam).exists()
    assert not access.customers_for(sam).exists()
    assert [team.name for team in access.teams_for(sam)] == ["South"]


def test_what_does_not_exist_is_404_without_an_event():
    anna = people.anna()

    for ask in (
        lambda: access.get_import(anna, 999),
        lambda: access.get_customer(anna, "nobody"),
        lambda: access.get_team(anna, "nowhere"),
    ):
        with pytest.raises(Http404):
            ask()
    assert not Event.objects.exists()


def test_an_auditor_reads_every_team_and_changes_nothing():
    olga, lead_import = people.olga(), people.an_import()
    people.customer("Umbrella", people.team("South"))

    assert access.get_import(olga, lead_import.pk) == lead_import
    assert access.customers_for(olga).count() == 2
    with pytest.raises(PermissionDenied):
        access.get_import(olga, lead_import.pk, need=Role.IMPORTER)


def test_an_auditor_who_is_a_member_has_the_members_role_there():
    vik = people.person("vik@example.com", Role.IMPORTER, is_auditor=True)

    assert access.can(vik, people.team(), Role.IMPORTER)
    assert not access.can(vik, people.team("South"), Role.IMPORTER)
    assert access.can(vik, people.team("South"), Role.VIEWER)


def test_a_superuser_is_a_stranger_to_leads():
    root = people.person("root@example.com", is_superuser=True, is_staff=True)
    lead_import = people.an_import()

    assert not access.imports_for(root).exists()
    with pytest.raises(Http404):
        access.get_import(root, lead_import.pk)


@pytest.mark.parametrize("who", [people.anna, people.olga])
def test_deactivated_people_see_nothing(who):
    user, lead_import = who(), people.an_import()
    user.is_active = False

    assert not access.imports_for(user).exists()
    assert not access.sees_audit(user)
    with pytest.raises(Http404):
        access.get_import(user, lead_import.pk)


def test_visitors_see_nothing():
    lead_import = people.an_import()

    assert not access.imports_for(AnonymousUser()).exists()
    assert not access.events_for(AnonymousUser()).exists()
    with pytest.raises(Http404):
        access.get_import(AnonymousUser(), lead_import.pk)
    assert Event.objects.get().actor is None


def test_the_system_may_everything():
    lead_import = people.an_import()

    assert access.get_import(None, lead_import.pk, need=Role.MANAGER) == lead_import
    assert access.customers_for(None).exists()


def test_the_trail_is_open_to_auditors_and_to_the_managers_of_a_team():
    anna, ivan, sam, olga = people.anna(), people.ivan(), people.sam(), people.olga()
    lead_import = people.an_import()
    with pytest.raises(Http404):
        access.get_import(sam, lead_import.pk)  # an event in North's chain

    assert access.events_for(anna).count() == 1
    assert access.events_for(olga).count() == 1
    assert access.events_for(sam).count() == 0
    assert access.events_for(ivan).count() == 0
    assert [access.sees_audit(u) for u in (anna, sam, olga, ivan)] == [True, True, True, False]

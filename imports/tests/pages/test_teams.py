"""Members come, change and go."""

from imports.models import Event
from imports.tests import people
from imports.tests.pages import story
from portal.models import Membership, Role


def test_max_adds_lea_makes_her_importer_and_removes_her(max_, db):
    lea = people.person("lea@example.com", name="Lea Roth")
    max_.post("/teams/north/members/", {"email": "LEA@example.com", "role": "viewer"})
    member = Membership.objects.get(user=lea)
    assert member.role == Role.VIEWER

    max_.post(f"/teams/north/members/{member.pk}/", {"role": "importer"})
    assert Membership.objects.get(user=lea).role == Role.IMPORTER
    assert "Lea Roth is now importer." in story.text(max_.get("/teams/north/"))

    asked = story.text(max_.get(f"/teams/north/members/{member.pk}/remove/"))
    assert "Their imports and everything in the audit trail stay" in asked
    max_.post(f"/teams/north/members/{member.pk}/remove/")
    assert not Membership.objects.filter(user=lea).exists()
    acts = Event.objects.filter(actor=max_.user, act__startswith="member").order_by("pk")
    assert [(e.act, e.facts) for e in acts] == [
        ("member_added", {"user": lea.pk, "role": "viewer"}),
        ("member_changed", {"user": lea.pk, "role": "importer", "before": "viewer"}),
        ("member_removed", {"user": lea.pk, "role": "importer"}),
    ]


def test_the_last_manager_stays(max_):
    mine = Membership.objects.get(user=max_.user)
    max_.post(f"/teams/north/members/{mine.pk}/remove/")
    assert "the team&#x27;s last manager" in story.text(max_.get("/teams/north/"))
    max_.post(f"/teams/north/members/{mine.pk}/", {"role": "viewer"})
    assert Membership.objects.get(pk=mine.pk).role == Role.MANAGER


def test_somebody_without_an_account_cannot_be_added(max_):
    answer = max_.post("/teams/north/members/", {"email": "ghost@example.com", "role": "viewer"})
    assert answer.status_code == 422
    assert "has an account here" in story.text(answer)


def test_readers_see_the_members_and_no_buttons(vera, max_):
    page = story.text(vera.get("/teams/north/"))
    assert "Max Meyer" in page
    assert "Remove" not in page
    assert "Add a member" not in page


def test_a_member_of_another_team_is_not_reachable_through_ones_own(max_, sam):
    theirs = Membership.objects.get(user=sam.user)
    assert max_.post(f"/teams/north/members/{theirs.pk}/remove/").status_code == 404
    assert max_.post(f"/teams/north/members/{theirs.pk}/", {"role": "viewer"}).status_code == 404

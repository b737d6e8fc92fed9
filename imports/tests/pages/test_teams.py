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


def named(page):
    return [name for name in ("Lea Roth", "Leo Stein", "Max Meyer") if f"Role of {name}" in page]


def a_large_team(team):
    for name, email in (("Lea Roth", "lea@example.com"), ("Leo Stein", "stein@example.com")):
        Membership.objects.create(user=people.person(email, name=name), team=team, role="viewer")


def test_a_member_is_found_by_name_or_address_which_never_stands_in_an_address(max_, acme):
    a_large_team(acme.team)
    assert named(story.text(max_.get("/teams/north/"))) == ["Lea Roth", "Leo Stein", "Max Meyer"]

    for words, found in (
        ("LE ro", ["Lea Roth"]),
        ("stein@", ["Leo Stein"]),
        ("l\u200beo", ["Leo Stein"]),
    ):
        answer = max_.post("/teams/north/members/search/", {"words": words})
        assert answer["Location"] == "/teams/north/"
        page = story.text(max_.get("/teams/north/"))
        assert named(page) == found
        assert "1 member" in page

    max_.post("/teams/north/members/search/", {"words": "zorro"})
    assert "No member matches" in story.text(max_.get("/teams/north/"))
    assert named(story.text(max_.get("/teams/north/?reset"))) == [
        "Lea Roth",
        "Leo Stein",
        "Max Meyer",
    ]


def test_whoever_was_just_added_is_seen_whatever_was_searched_for(max_, acme):
    people.person("lea@example.com", name="Lea Roth")
    max_.post("/teams/north/members/search/", {"words": "meyer"})
    max_.post("/teams/north/members/", {"email": "lea@example.com", "role": "viewer"})
    assert named(story.text(max_.get("/teams/north/"))) == ["Lea Roth", "Max Meyer"]


def test_the_members_are_exported_as_they_are_searched_for_and_that_is_written_down(max_, acme):
    a_large_team(acme.team)
    max_.post("/teams/north/members/search/", {"words": "lea"})
    answer = max_.get("/teams/north/members.csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "Person,E-mail,Role,Since,Deactivated"
    assert [line.split(",")[:3] for line in lines[1:]] == [
        ["Lea Roth", "lea@example.com", "Viewer"]
    ]
    told = Event.objects.get(act="downloaded")
    assert (told.actor, told.chain.team, told.facts) == (max_.user, acme.team, {"list": "members"})


def test_a_large_team_has_pages(max_, acme):
    for i in range(60):
        one = people.person(f"p{i:02}@example.com", name=f"Person {i:02}")
        Membership.objects.create(user=one, team=acme.team, role="viewer")
    assert "61 members, 1 to 50 shown" in story.text(max_.get("/teams/north/"))
    assert "51 to 61 shown" in story.text(max_.get("/teams/north/?page=2"))


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

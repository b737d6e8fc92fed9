"""A review has an owner: whoever uploaded the file, until it is handed over with a note."""

import pytest

from imports.models import Event, HandOver, Import, ImportState, Notice
from imports.tests import people
from imports.tests.notices.telling import told
from imports.tests.pages import story
from imports.tests.pages.test_needs import home, section
from imports.tests.pages.test_review import review
from portal.models import Membership, Role

NOTE = "Mind the phones of <b>row 4</b>"


@pytest.fixture
def made(ines, acme):
    return story.reviewed(acme, ines.user)


def hand_over(client, lead_import, to, note=NOTE, **options):
    told_ = {"to": to.pk, "note": note}
    return client.post(f"/imports/{lead_import.pk}/review/hand-over/", told_, **options)


def test_it_is_the_uploaders_until_she_hands_it_over_and_the_colleague_is_told(ines, max_, made):
    assert "Yours, who uploaded the file." in review(ines, made)
    assert "Ines Iversen’s, who uploaded the file." in review(max_, made)

    answer = hand_over(ines, made, max_.user, follow=True)

    assert "was handed over to Max Meyer" in story.text(answer)
    shown = review(max_, made)
    assert "Yours. Handed over by Ines Iversen" in shown
    assert "Mind the phones of &lt;b&gt;row 4&lt;/b&gt;" in shown
    assert told() == [("handed_over", "max@example.com")]
    assert "leads.csv" in section(home(max_), "Needs you")
    assert "the review is yours" in section(home(max_), "Needs you")
    assert section(home(ines), "Needs you") == ""
    assert "leads.csv" in section(home(ines), "Needs somebody in your teams")
    event = Event.objects.get(act="handed_over")
    assert event.facts == {"to": max_.user.pk, "has_note": True}
    assert "A colleague handed this review over to you." in story.text(max_.get("/notices/"))


def test_it_can_be_taken_over_and_nobody_is_told_of_what_they_did_themselves(ines, max_, made):
    assert "Me</option>" in review(max_, made)
    hand_over(max_, made, max_.user, note="")
    assert Import.objects.get(pk=made.pk).owner == max_.user
    assert not Notice.objects.exists()
    hand_over(ines, made, ines.user, note="")
    assert HandOver.objects.count() == 2
    assert "Yours. Handed over by" in review(ines, made)


def test_alone_in_her_team_ines_has_nobody_to_hand_it_to(ines, made):
    assert "Hand over the review" not in review(ines, made)


def test_only_who_may_import_can_have_it(ines, max_, vera, sam, made):
    off = people.person("off@example.com", Role.IMPORTER, name="Olaf Off", is_active=False)
    shown = review(ines, made)
    for user in (vera.user, sam.user, off):
        assert f">{user}</option>" not in shown
        answer = hand_over(ines, made, user)
        assert answer.status_code == 422
        assert "may not import for the customer" in story.text(answer)
    assert "Choose a colleague." in story.text(ines.post(f"/imports/{made.pk}/review/hand-over/"))
    long = hand_over(ines, made, ines.user, note="x" * 1001)
    assert "Write at most 1,000 characters." in story.text(long)
    assert not HandOver.objects.exists()


def test_who_only_reads_and_strangers_hand_nothing_over(ines, max_, vera, sam, made):
    assert "Hand over the review" not in review(vera, made)
    assert hand_over(vera, made, max_.user).status_code == 403
    assert hand_over(sam, made, max_.user).status_code == 404
    assert ines.get(f"/imports/{made.pk}/review/hand-over/").status_code == 405


def test_what_is_sent_is_handed_over_to_nobody(ines, max_, made):
    Import.objects.filter(pk=made.pk).update(state=ImportState.QUEUED)
    answer = hand_over(ines, made, max_.user, follow=True)
    assert "only a review can be handed over" in story.text(answer)


def test_a_colleague_who_left_in_between_does_not_get_it(ines, max_, made):
    Membership.objects.filter(user=max_.user).delete()
    assert hand_over(ines, made, max_.user).status_code == 422


def test_what_a_command_uploaded_is_nobodys_until_somebody_takes_it(ines, acme):
    made = story.reviewed(acme, None)
    assert "Nobody’s: a command uploaded the file." in review(ines, made)
    hand_over(ines, made, ines.user, note="")
    assert "leads.csv" in section(home(ines), "Needs you")

"""What people do in review: kept, undone, told; nothing is overwritten silently."""

import pytest

from imports.errors import LookAgain, WrongState
from imports.models import DryRun, Event, Import, Lead, ReviewAct
from imports.reports import balance
from imports.review import acts, standing, telling
from imports.review.acts import Deed, Kind
from imports.tests import people
from imports.tests.pages import story

pytestmark = pytest.mark.django_db


def lead(made, number):
    return Lead.objects.get(lead_import=made, number=number)


def test_dropped_rows_are_excluded_with_who_and_why_until_it_is_undone(acme):
    ivan = people.ivan()
    made = story.reviewed(acme, ivan)

    act = acts.do(made, ivan, Deed(Kind.DROP, "dropped", rows=[2, 4], why="Tests of ours."))

    found = lead(made, 2)
    assert (found.verdict, found.code) == ("excluded", "dropped")
    assert found.reason.startswith("Dropped by Ivan Petrov on ")
    assert found.reason.endswith(": Tests of ours.")
    assert lead(made, 4).code == "dropped"  # though it was invalid
    books = balance.balance(made)
    assert (books.excluded, books.invalid, books.not_sent) == (2, 0, 2)
    assert books.is_balanced

    acts.undo(made, ivan, act.pk)
    assert lead(made, 2).verdict == "ok"
    assert lead(made, 4).verdict == "invalid"
    assert list(standing.of(made)) == []


def test_each_has_an_event_without_a_word_of_the_leads(acme):
    ivan = people.ivan()
    made = story.reviewed(acme, ivan)
    act = acts.do(made, ivan, Deed(Kind.DROP, "dropped", rows=[2], why="Ana is a test"))
    acts.undo(made, ivan, act.pk)

    done, undone = Event.objects.filter(import_id=made.pk).order_by("pk").reverse()[:2][::-1]
    assert (done.act, done.facts) == (
        "rows_dropped",
        {"act": act.pk, "rows": 1, "about": "dropped"},
    )
    assert (undone.act, undone.facts) == (
        "review_undone",
        {"act": act.pk, "kind": "drop", "rows": 1},
    )


def test_who_decides_on_a_page_that_a_colleague_changed_since_is_told(acme):
    ivan, anna = people.ivan(), people.anna()
    made = story.reviewed(acme, ivan)
    seen = standing.token(made)
    act = acts.do(made, ivan, Deed(Kind.DROP, "dropped", rows=[2]), seen=seen)

    with pytest.raises(LookAgain, match="Somebody changed something in this review"):
        acts.do(made, anna, Deed(Kind.DROP, "dropped", rows=[3]), seen=seen)
    assert lead(made, 3).verdict == "ok"

    acts.undo(made, anna, act.pk)
    with pytest.raises(LookAgain, match="undone already, by Anna Berg"):
        acts.undo(made, ivan, act.pk)


def test_dry_runs_end_and_nothing_changes_once_it_is_sent(acme):
    made = story.reviewed(acme)
    dry_run = DryRun.objects.create(
        lead_import=made, mapping=made.mapping, on_duplicate="skip", state=DryRun.State.RUNNING
    )
    act = acts.do(made, None, Deed(Kind.DROP, "dropped", rows=[2]))
    dry_run.refresh_from_db()
    assert dry_run.state == DryRun.State.CANCELLED

    Import.objects.filter(pk=made.pk).update(state="queued")
    with pytest.raises(WrongState, match="can be changed only while it is in review"):
        acts.undo(made, None, act.pk)
    assert ReviewAct.objects.get().undone_at is None


def test_a_list_says_what_was_done_in_words(acme):
    made = story.reviewed(acme)
    acts.do(made, None, Deed(Kind.DROP, "dropped", rows=[2, 4], why="Tests of ours."))
    acts.do(made, None, Deed(Kind.DECIDE, "no_match", content={"choice": "send"}))

    listed = telling.listed(made)
    assert [(one.who, one.sentence, one.why) for one in listed] == [
        ("The portal", "All rows with neither phone nor e-mail: “Send them”.", ""),
        ("The portal", "2 rows dropped.", "Tests of ours."),
    ]

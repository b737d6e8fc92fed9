"""Rows fail, are taken up, come back in files and fail again: whoever brings one, nobody else does.

Ines and Max work on the rows of one import by different ways, and know little of each other.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imports.columns import gone, options
from imports.delivery import children, control
from imports.errors import WrongState
from imports.models import BatchState, Import, ImportState, Lead, OnDuplicate
from imports.review import judge as conclude
from imports.tests.pages import story
from imports.tests.pages.test_came_back import (
    SIX,
    as_csv,
    back,
    fresh,
    reported,
    table,
    taken,
    verdicts,
)
from imports.tests.pages.test_children import settle
from imports.tests.thawed import thawed

LEFT_OUT = {2: "duplicate"}


@pytest.fixture
def over(acme, ines):
    """Rows 2 (Ana) and 5 (Dora) failed, 4 was made, 3 was invalid."""
    made = story.reviewed(acme, ines.user, content=SIX)
    return settle(made, {2: "failed", 4: "created", 5: "failed"})


def retried(of, user):
    """Taken up as they are, and checked."""
    child = children.retry(of, user, ["failed"])
    story.check(child)
    return fresh(child)


def ana_of(client, of):
    """The file to repair, with Ana's row alone: hers are rows 2, whatever is above them."""
    head, ana = table(taken(client, of)[1])[:2]
    return as_csv([head, ana])


def sentence(of, number=2):
    return Lead.objects.get(lead_import=of, mapping=of.mapping_id, number=number).reason


def send(lead_import, user):
    control.send(lead_import, user, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)


def test_a_file_that_was_taken_out_early_leaves_out_what_the_second_follow_up_made(ines, over):
    content = ana_of(ines, over)
    first = settle(retried(over, ines.user), {2: "failed", 5: "failed"})
    second = settle(retried(first, ines.user), {2: "created", 5: "failed"})

    late = back(ines, content)

    assert verdicts(late) == LEFT_OUT
    assert sentence(late) == (
        f"Row 2 of import {over.pk} was created in MEGA already by import {second.pk}."
    )
    with pytest.raises(WrongState, match="No row of this import can be sent"):
        send(late, ines.user)


def test_a_follow_up_of_a_returned_file_knows_which_rows_these_are(ines, max_, over):
    """In a file the rows have numbers of its own; both files are turned around."""
    head, ana, _, dora = table(taken(ines, over)[1])
    mine = settle(back(ines, as_csv([head, dora, ana])), {2: "failed", 3: "failed"})
    theirs = back(max_, as_csv([head, ana, dora], delimiter=";"))
    settle(theirs, {2: "created", 3: "failed"})

    again = retried(mine, ines.user)

    assert verdicts(again) == {2: "ok", 3: "duplicate"}
    assert sentence(again, 3) == (
        f"Row 2 of import {over.pk} was created in MEGA already by import {theirs.pk}."
    )


def test_a_follow_up_of_a_follow_up_leaves_out_what_came_back_in_a_file(ines, over):
    content = ana_of(ines, over)
    first = settle(retried(over, ines.user), {2: "failed", 5: "failed"})
    settle(back(ines, content), {2: "updated"})
    assert verdicts(retried(first, ines.user)) == {2: "duplicate", 5: "ok"}


def test_a_file_of_a_follow_up_of_a_file_is_known_by_the_first_upload(ines, over):
    """Three files down: the eldest's row 5 is row 2, then 3, then 2 again."""
    head, ana, _, dora = table(taken(ines, over)[1])
    theirs = retried(over, ines.user)
    one = settle(back(ines, as_csv([head, dora, ana])), {2: "failed", 3: "failed"})
    again = settle(retried(one, ines.user), {2: "failed", 3: "failed"})
    head, dora, ana = table(taken(ines, again)[1])
    two = settle(back(ines, as_csv([head, ana, dora])), {2: "failed", 3: "failed"})
    three = back(ines, as_csv(table(taken(ines, two)[1])[::2]))
    assert verdicts(three) == {2: "ok"}

    settle(theirs, {2: "failed", 5: "created"})
    options.look_again(three)

    assert verdicts(three) == LEFT_OUT
    assert f"Row 5 of import {over.pk} was created" in sentence(three)


def test_a_row_that_was_added_to_a_file_is_at_home_there(ines, max_, over):
    head, ana, _, _ = table(taken(ines, over)[1])
    new = ["Fay", "", "fay@example.com", "", "", ""]
    one = settle(back(ines, as_csv([head, ana, new])), {2: "failed", 3: "failed"})
    head, _, fay = table(taken(ines, one)[1])
    first, second = (back(who, as_csv([head, fay])) for who in (ines, max_))
    settle(first, {2: "created"})
    with pytest.raises(WrongState, match="No row of this import can be sent"):
        send(second, max_.user)
    assert verdicts(retried(one, ines.user)) == {2: "ok", 3: "duplicate"}


def test_the_eldest_too_leaves_out_what_a_file_of_it_brought(ines, acme):
    eldest = story.reviewed(acme, ines.user, content=SIX)
    early = back(ines, reported(ines, eldest))
    assert early.parent == eldest
    settle(early, {2: "created", 4: "failed", 5: "failed"})
    send(eldest, ines.user)
    assert verdicts(eldest) == {2: "duplicate", 3: "invalid", 4: "ok", 5: "ok"}


def test_another_account_of_mega_has_nothing_of_it_but_two_of_the_same_have(ines, max_, over):
    content = ana_of(ines, over)
    first, second = back(ines, content), back(max_, content)
    with thawed():
        Import.objects.filter(pk=over.pk).update(mega_id="00000000-0000-4000-8000-000000000001")
    settle(first, {2: "created"})
    options.look_again(second)
    assert verdicts(second) == LEFT_OUT


def test_what_a_person_left_unknown_is_not_said_to_be_on_its_way(ines, acme):
    made = story.reviewed(acme, ines.user, content=SIX)
    parent = settle(made, {4: "created"}, left=[2, 5])
    child = back(ines, reported(ines, parent))
    assert verdicts(child) == {2: "duplicate", 3: "invalid", 4: "duplicate", 5: "duplicate"}
    said = f"Row 2 of import {parent.pk} was sent without a clear answer by import {parent.pk}."
    assert sentence(child) == said
    page = story.text(ines.get(f"/imports/{child.pk}/rows/?result=duplicate"))
    assert "was sent without a clear answer" in page
    assert "on its way" not in page


def test_what_mega_skipped_is_left_out_for_the_person_is_there_already(ines, over):
    content = ana_of(ines, over)
    first = settle(retried(over, ines.user), {2: "skipped", 5: "failed"})
    child = back(ines, content)
    assert verdicts(child) == LEFT_OUT
    assert sentence(child) == (
        f"Row 2 of import {over.pk} was skipped by import {first.pk}: "
        "MEGA has a lead of this person already."
    )


@pytest.mark.parametrize("moving", [BatchState.WAITING, BatchState.CLAIMED, BatchState.SENDING])
def test_a_cancelled_import_may_still_be_sending_a_request(ines, over, moving):
    content = ana_of(ines, over)
    first = settle(retried(over, ines.user), {5: "failed"}, state=ImportState.CANCELLED)
    batch = story.a_batch(first, [2], state=moving)
    child = back(ines, content)
    assert verdicts(child) == LEFT_OUT
    assert "on its way to MEGA already" in sentence(child)

    batch.state = BatchState.DROPPED  # before it left
    batch.save()
    options.look_again(child)
    assert verdicts(child) == {2: "ok"}


def test_a_report_read_anew_does_not_become_the_child_of_its_own_child(ines, acme):
    """Reports without a request, of an import that is not here, are known by their rows only."""
    made = story.reviewed(acme, ines.user, content=SIX)
    content = reported(ines, made)
    Import.objects.filter(pk=made.pk).update(headers=["other"])
    one = back(ines, content)
    two = back(ines, reported(ines, one))
    assert (one.parent, two.parent) == (None, one)
    ines.post(f"/imports/{one.pk}/file/again/", {"header_row": "1"})
    assert story.read_and_check(one).parent is None


def test_a_press_on_send_decides_anew_only_if_something_went_or_was_taken_back(ines, max_, over):
    content = ana_of(ines, over)
    first, second = back(ines, content), back(max_, content)

    with CaptureQueriesContext(connection) as asked:
        options.look_again(second)
    assert not [one for one in asked.captured_queries if "UPDATE" in one["sql"]]

    send(first, ines.user)
    options.look_again(second)
    assert verdicts(second) == LEFT_OUT
    control.undo(first, ines.user)
    options.look_again(second)
    assert verdicts(second) == {2: "ok"}


def test_nothing_of_the_family_is_locked_while_rows_are_checked_or_looked_at(ines, over):
    child = back(ines, ana_of(ines, over))
    Import.objects.filter(pk=child.pk).update(state=ImportState.CHECKING)
    settle(retried(over, ines.user), {2: "created", 5: "failed"})
    child = fresh(child)
    with CaptureQueriesContext(connection) as asked:
        conclude.conclude(child.mapping)
    locks = [one["sql"] for one in asked.captured_queries if "FOR NO KEY UPDATE" in one["sql"]]
    assert len(locks) == 1
    assert verdicts(fresh(child)) == LEFT_OUT
    assert gone.count(fresh(child)) == 1

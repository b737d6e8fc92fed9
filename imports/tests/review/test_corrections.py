"""Cells corrected in review: one row's, a column's, a group's; and what becomes of the rows."""

import csv
import io

import pytest

from imports.columns import derive, options
from imports.delivery import children
from imports.errors import BadInput, LookAgain
from imports.models import Correction, Import, Lead, ReviewAct, Row
from imports.reports import balance, files, rows, to_repair
from imports.review import acts, corrections, recheck, standing
from imports.review.corrections import CellsChanged, Wanted, seen_as
from imports.tests import people
from imports.tests.pages import story

pytestmark = pytest.mark.django_db
PHONE, MAIL, SOURCE = 1, 2, 3


def lead(made, number):
    return Lead.objects.get(lead_import=made, number=number)


def now(made):
    return Import.objects.get(pk=made.pk)


def edit(made, user, number, column, new):
    before = corrections.cells_of(made, number)[column]
    return corrections.edit(made, user, number, {column: new}, {column: seen_as(before)})


def reasons(made):
    lines = list(files.write_csv(made, rows.Selection()))
    table = csv.reader(io.StringIO(b"".join(lines).decode("utf-8-sig")))
    return {line[0]: line for line in table}


def test_a_corrected_cell_makes_the_row_good_and_the_file_stays_as_it_was(acme):
    ivan = people.ivan()
    made = story.reviewed(acme, ivan)
    assert lead(made, 4).verdict == "invalid"

    edit(made, ivan, 4, MAIL, "chen@example.com")

    assert lead(made, 4).verdict == "ok"
    assert lead(made, 4).body["contact_email"] == "chen@example.com"
    assert Row.objects.get(lead_import=made, number=4).cells[MAIL] == "not an address"
    books = balance.balance(made)
    assert (books.not_sent, books.invalid, books.is_balanced) == (4, 0, True)
    line = reasons(made)["4"]
    said = "E-mail corrected from 'not an address' to 'chen@example.com' by Ivan Petrov on "
    assert said in line[4]
    assert line[8:13] == ["Chen Li", "", "not an address", "Referral", "300"]  # as it was read
    repaired = next(rows.every(made, rows.Selection(numbers=(4,))))
    assert to_repair.line(made, repaired)[MAIL] == "chen@example.com"


def test_undoing_the_latest_change_of_a_cell_goes_first(acme):
    ivan, anna = people.ivan(), people.anna()
    made = story.reviewed(acme, ivan)
    first = edit(made, ivan, 4, MAIL, "chen@example.com")
    second = edit(made, anna, 4, MAIL, "li@example.com")

    with pytest.raises(LookAgain, match="Row 4, E-mail, was changed again later by Anna Berg"):
        acts.undo(made, ivan, first.pk)
    acts.undo(made, ivan, second.pk)
    assert lead(made, 4).body["contact_email"] == "chen@example.com"
    acts.undo(made, ivan, first.pk)
    assert lead(made, 4).verdict == "invalid"
    assert "corrected" not in reasons(made)["4"][4]


def test_a_cell_that_a_colleague_changed_since_it_was_seen_is_not_overwritten(acme):
    ivan, anna = people.ivan(), people.anna()
    made = story.reviewed(acme, ivan)
    seen = {MAIL: seen_as("not an address")}
    corrections.edit(made, anna, 4, {MAIL: "chen@example.com"}, seen)

    with pytest.raises(CellsChanged) as told:
        corrections.edit(made, ivan, 4, {MAIL: "li@example.com"}, seen)
    assert told.value.now == {MAIL: "chen@example.com"}
    assert "Row 4, E-mail: Anna Berg changed this cell since you saw it" in told.value.sentence
    assert lead(made, 4).body["contact_email"] == "chen@example.com"
    # The very same correction clashes with nothing.
    assert corrections.edit(made, ivan, 4, {MAIL: "chen@example.com"}, seen) is None


def test_find_and_replace_shows_what_it_would_do_and_then_does_it(acme):
    made = story.reviewed(acme)
    wanted = Wanted(SOURCE, "Flyer", find="Referral")

    found = corrections.preview(made, wanted)
    assert (found.count, found.examples[0]) == (2, (4, "Referral", "Flyer"))
    act = corrections.change(made, None, wanted, seen=standing.token(made))

    assert act.rows == [4, 5]
    assert list(Correction.objects.values_list("old", "new").distinct()) == [("Referral", "Flyer")]
    assert corrections.change(made, None, wanted) is None  # nothing is left of it
    # It is literal, and within cells.
    part = Wanted(SOURCE, "%", find="le A")
    assert corrections.preview(made, part).examples == [(2, "Google Ads", "Goog%ds")]
    assert corrections.preview(made, Wanted(SOURCE, "x", find="flyer")).count == 0


def test_a_value_for_a_group_of_rows_is_set_and_taken_back(acme):
    made = story.reviewed(acme)
    act = corrections.change(made, None, Wanted(MAIL, "office@example.com", numbers=[4, 5]))
    assert [lead(made, n).body["contact_email"] for n in (4, 5)] == ["office@example.com"] * 2
    assert [lead(made, n).code for n in (4, 5)] == ["melts"] * 2
    acts.undo(made, None, act.pk)
    assert lead(made, 4).verdict == "invalid"
    assert lead(made, 5).verdict == "ok"


def test_rows_that_share_a_person_with_a_corrected_one_are_judged_again(acme):
    made = story.reviewed(acme, content=story.SHEET.replace("Chen Li", "A. Souza"))
    options.set_options(made, None, duplicates=options.Duplicates.FIRST)
    edit(made, None, 4, MAIL, "ana@example.com")
    assert lead(made, 4).reason == "Has the same e-mail as row 2, which is sent instead."
    edit(made, None, 2, MAIL, "other@example.com")
    assert lead(made, 4).verdict == "ok"


def test_many_rows_are_checked_in_the_background(acme, monkeypatch):
    monkeypatch.setattr(recheck, "AT_ONCE", 1)
    made = story.reviewed(acme)
    former = made.mapping_id
    corrections.change(made, None, Wanted(SOURCE, "Flyer", find="Referral"))

    made = now(made)
    assert (made.state, made.mapping_id != former) == ("checking", True)
    assert made.mapping.content == type(made.mapping).objects.get(pk=former).content
    with pytest.raises(acts.WrongState, match="being checked"):
        edit(made, None, 4, MAIL, "chen@example.com")
    story.check(made)
    assert now(made).state == "review"
    found = lead(made, 5)
    assert found.body.get("source_platform") != "Referral"


def test_corrections_outlive_a_new_mapping_and_end_when_the_file_is_read_anew(acme):
    made = story.reviewed(acme)
    edit(made, None, 4, MAIL, "chen@example.com")
    made = now(made)
    derive.remap(made, derive.mapping_of(made), None, expected_version=made.mapping.version)
    story.check(made)
    assert lead(made, 4).verdict == "ok"

    options.reread(now(made), None, dialect={"encoding": "utf-8"})
    made = story.read_and_check(now(made))
    assert lead(made, 4).verdict == "invalid"
    assert not standing.of(made).exists()
    assert ReviewAct.objects.filter(lead_import=made).count() == 1


def test_rows_that_go_again_take_their_corrections_along(acme):
    ivan = people.ivan()
    made = story.reviewed(acme, ivan)
    edit(made, ivan, 4, MAIL, "chen@example.com")
    Import.objects.filter(pk=made.pk).update(
        state="cancelled", send_after=made.created_at, planned_at=made.created_at
    )
    child = children.rest(now(made), people.anna())
    story.check(child)

    assert lead(child, 4).body["contact_email"] == "chen@example.com"
    assert "to 'chen@example.com' by Ivan Petrov" in reasons(now(child))["4"][4]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(9, "x"), "no such column"),
        (Wanted(MAIL, "x" * 32_768), "at most 32,767 characters"),
    ],
)
def test_what_no_cell_can_hold_is_refused(acme, wanted, said):
    made = story.reviewed(acme)
    with pytest.raises(BadInput, match=said):
        corrections.change(made, None, wanted)
    with pytest.raises(BadInput, match="blank"):
        corrections.edit(made, None, 77, {MAIL: "x"}, {})
    assert not ReviewAct.objects.exists()

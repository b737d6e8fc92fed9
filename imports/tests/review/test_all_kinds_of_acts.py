"""Acts of all kinds, mixed: judging some rows is judging all, and every row is in one bucket."""

import random

import pytest

from imports.columns import derive, options
from imports.do_not_import import entries, lists
from imports.do_not_import.lists import Origin, Owner
from imports.intake.upload import Wishes
from imports.models import (
    Duplicates,
    Gathering,
    Import,
    Lead,
    ListAddition,
    Row,
    Unchanged,
)
from imports.reports import balance
from imports.review import acts, corrections, decided, deciding, judge, overrides, standing
from imports.review.acts import Deed, Kind
from imports.tests.pages import story
from portal.models import User

pytestmark = pytest.mark.django_db

NAMES = ["Ann Smith", "Smith, Ann", "A. Smith", "Ben Okafor", "Cy Young", ""]
EMAILS = ["", "", *(f"p{n}@example.com" for n in range(6)), "x@hush-corp.com", "no address"]
PHONES = ["", "", *(f"20655501{n:02}" for n in range(6))]
SAYS = ["", "", "", "yes", "maybe"]
PLAN = {
    "columns": {
        "Opt out": {"consent": {"forbids": ["yes"], "allows": [""]}},
        "City": "custom_fields.city",
    }
}
LISTED = ["p1@example.com", "(206) 555-0102", "hush-corp.com"]


def a_row(dice):
    name, email, phone = dice.choice(NAMES), dice.choice(EMAILS), dice.choice(PHONES)
    return f'"{name}",{email},{phone},{dice.choice(["", "Rome"])},{dice.choice(SAYS)}'


def a_sheet(dice, rows=22):
    return "\n".join(["Name,Email,Phone,City,Opt out", *(a_row(dice) for _ in range(rows)), ""])


def again(made):
    story.check(made)
    return Import.objects.select_related("mapping", "customer__team").get(pk=made.pk)


def correct(made, dice):
    number = dice.choice(
        list(Row.objects.filter(lead_import=made).values_list("number", flat=True))
    )
    now = corrections.cells_of(made, number)
    column = dice.randrange(5)
    new = dice.choice([NAMES, EMAILS, PHONES, ["", "Rome"], SAYS][column])
    seen = {column: corrections.seen_as(now[column])}
    corrections.edit(made, None, number, {column: new}, seen)


def drop(made, dice):
    acts.drop(made, None, dice.sample(range(2, 24), 2), why="Test.")


def decide_for_one(made, dice):
    groups = list(Gathering.objects.filter(lead_import=made).exclude(about="identical"))
    if groups:
        group = dice.choice(groups)
        offered = [c for c in decided.CHOICES[group.about] if group.may_merge or "merge" not in c]
        at, seen = (group.kind, group.first), deciding.seen_as(group)
        deciding.for_one(made, None, at, dice.choice(offered), seen=seen)


def decide_for_all(made, dice):
    about = dice.choice(list(decided.CHOICES))
    choice = dice.choice(list(decided.CHOICES[about]))
    acts.do(made, None, Deed(Kind.DECIDE, about, content={"choice": choice}))


def override(made, dice):
    overrides.send_all_the_same(made, None, dice.choice(["opt_out", "opt_out_unclear"]), "Test")


def put_on_list(made, dice):
    team = made.customer.team
    owner = Owner(team, dice.choice([None, made.customer]))
    lines = list(entries.read_lines(dice.choice(LISTED), "US"))
    lists.add(owner, None, lines, Origin(ListAddition.Way.TYPED, "Test"))


def take_off_list(made, dice):
    owner = Owner(made.customer.team, made.customer)
    if found := list(lists.sources(lists.of(owner))):
        lists.remove_addition(owner, User.objects.first(), dice.choice(found).pk)


def choose(made, dice):
    options.set_options(made, None, unchanged=dice.choice(list(Unchanged)))
    options.set_options(made, None, duplicates=dice.choice(list(Duplicates)))


def remap(made, dice):
    now = derive.mapping_of(made)
    derive.remap(made, now, None, expected_version=made.mapping.version)


def undo(made, dice):
    if found := [one.pk for one in standing.of(made).exclude(kind__in=acts.CORRECTING)]:
        acts.undo(made, None, dice.choice(found))
    elif last := standing.of(made).last():
        acts.undo(made, None, last.pk)


ACTS = [
    correct, correct, drop, decide_for_one, decide_for_one, decide_for_all, override,
    put_on_list, take_off_list, choose, remap, undo, undo,
]  # fmt: skip


def facts(made):
    leads = Lead.objects.filter(lead_import=made, mapping=made.mapping_id).order_by("number")
    groups = Gathering.objects.filter(lead_import=made).order_by("kind", "first")
    return (
        [{k: bytes(v) if k == "digest" else v for k, v in one.items()} for one in leads.values()],
        [{k: v for k, v in one.items() if k != "id"} for one in groups.values()],
    )


def refuse_wrong(made):
    """One bucket for each row; and nobody goes whom a row of the same person forbids to contact."""
    books = balance.balance(made)
    assert books.is_balanced
    assert balance.recount(made) == books
    leads = list(Lead.objects.filter(lead_import=made, mapping=made.mapping_id))
    assert [lead.number for lead in leads if lead.verdict == "ok" and lead.code] == []
    set_aside = overrides.codes(made)
    barred = [one for one in leads if {*one.barred.split()} - set_aside]
    assert not [one.number for one in barred if one.verdict == "ok"]
    emails = {one.email_key for one in barred if one.email_key}
    sent = {one.number: one for one in leads if one.verdict == "ok"}
    melting = Gathering.objects.filter(lead_import=made, about="melts", choice="leave_out")
    left_out = {number for group in melting for number in group.rows}
    assert not [n for n, one in sent.items() if one.email_key in emails and n not in left_out]


@pytest.mark.timeout(600)  # its bound is the number of acts
@pytest.mark.parametrize("seed", range(6))
def test_acts_of_all_kinds_leave_what_judging_all_rows_would(acme, seed):
    dice = random.Random(seed)
    User.objects.get_or_create(email="max@example.com", defaults={"name": "Max"})
    sheet = a_sheet(dice)
    story.answered(acme)
    wishes = Wishes(duplicates="ask", mapping=PLAN)
    made = again(story.reviewed(acme, content=sheet, wishes=wishes))
    for _ in range(14):
        dice.choice(ACTS)(made, dice)
        made = again(made)
        step_by_step = facts(made)
        refuse_wrong(made)
        if judge.listed.is_changed(made):
            options.look_again(made)
            made, step_by_step = again(made), facts(again(made))

        judge.apply(made)

        assert facts(made) == step_by_step
    for one in standing.of(made).order_by("-pk"):
        acts.undo(made, None, one.pk)
        made = again(made)
    undone = facts(made)
    judge.apply(made)
    assert facts(made) == undone
    assert not Lead.objects.filter(lead_import=made, mapping=made.mapping_id, code="dropped")

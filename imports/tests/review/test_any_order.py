"""Whatever is decided and undone, in whatever order: every row is in one bucket, and only what
stands counts."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.intake.upload import Wishes
from imports.models import Gathering, Import, Lead
from imports.reports import balance
from imports.review import acts, decided, deciding, judge, ties
from imports.review.acts import Deed, Kind
from imports.tests.pages import story

EDGES = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), max_size=40)


@given(EDGES)
def test_components_divide_the_rows_and_no_edge_leads_out(edges):
    home = ties.homes(edges)
    components = list(ties.components(home))

    numbers = [number for component in components for number in component]
    assert sorted(numbers) == sorted({number for edge in edges for number in edge})
    place = {number: i for i, component in enumerate(components) for number in component}
    assert all(place[one] == place[other] for one, other in edges)
    assert all(home[component[0]] == component[0] == min(component) for component in components)
    portioned = [one for portion in ties.portions(home, 5) for one in portion]
    assert portioned == components


def a_sheet(dice):
    """Few people, few e-mails and phones: nearly everything hangs together somehow."""
    names = ["Ann Smith", "Smith, Ann", "A. Smith", "Ben Okafor", "Cy Young", ""]
    rows = ["Name,Email,Phone,City"]
    for _ in range(24):
        email = dice.choice(["", "", *(f"p{n}@example.com" for n in range(7))])
        phone = dice.choice(["", "", *(f"20655501{n:02}" for n in range(7))])
        rows.append(f'"{dice.choice(names)}",{email},{phone},{dice.choice(["", "Rome"])}')
    return "\n".join(rows) + "\n"


def facts(made):
    leads = Lead.objects.filter(lead_import=made).order_by("number").values()
    groups = Gathering.objects.filter(lead_import=made).order_by("kind", "first").values()
    return (
        [{name: bytes(v) if name == "digest" else v for name, v in one.items()} for one in leads],
        [{name: v for name, v in one.items() if name not in {"id", "act_id"}} for one in groups],
    )


def refuse_odd_books(made):
    books = balance.balance(made)
    assert books.is_balanced
    assert balance.recount(made) == books
    ok = Lead.objects.filter(lead_import=made, verdict="ok")
    assert all(lead.body for lead in ok)
    by_number = dict(Lead.objects.filter(lead_import=made).values_list("number", "verdict"))
    for group in Gathering.objects.filter(lead_import=made, kind="d"):
        waits = group.about == "differs" and group.choice in {"", "hold"}
        assert waits or "ok" in {by_number[number] for number in group.rows}


def act(made, dice):
    kind = dice.choice(["all", "one", "undo"])
    standing = [one.pk for one in made.review_acts.filter(undone_at=None)]
    if kind == "undo" and standing:
        acts.undo(made, None, dice.choice(standing))
    elif kind == "one":
        groups = list(Gathering.objects.filter(lead_import=made).exclude(about="identical"))
        if groups:
            group = dice.choice(groups)
            offered = list(decided.CHOICES[group.about])
            choice = dice.choice([c for c in offered if group.may_merge or "merge" not in c])
            at, seen = (group.kind, group.first), deciding.seen_as(group)
            deciding.for_one(made, None, at, choice, seen=seen)
    else:
        about = dice.choice(list(decided.CHOICES))
        choice = dice.choice(list(decided.CHOICES[about]))
        acts.do(made, None, Deed(Kind.DECIDE, about, content={"choice": choice}))


@pytest.mark.parametrize("seed", range(8))
def test_any_decisions_and_undos_equal_those_that_stand_done_from_scratch(acme, seed):
    dice = random.Random(seed)
    wishes = Wishes(duplicates="ask", mapping={"columns": {"City": "custom_fields.city"}})
    made = story.reviewed(acme, content=a_sheet(dice), wishes=wishes)
    refuse_odd_books(made)
    for _ in range(12):
        act(made, dice)
        refuse_odd_books(made)
        step_by_step = facts(made)

        judge.apply(Import.objects.get(pk=made.pk))

        assert facts(made) == step_by_step
    for one in made.review_acts.filter(undone_at=None):
        acts.undo(made, None, one.pk)
    undone = facts(made)
    fresh = story.reviewed(acme, content=a_sheet(random.Random(seed)), wishes=wishes)
    mine, theirs = undone[0], facts(fresh)[0]
    assert [(one["number"], one["verdict"], one["code"], one["body"]) for one in mine] == [
        (one["number"], one["verdict"], one["code"], one["body"]) for one in theirs
    ]

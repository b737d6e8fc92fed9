"""Whatever is done in a review, in any order: every row stands in one bucket, and what stands in
the end is what the acts that were not undone come to when they alone are done."""

import uuid
from dataclasses import replace
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.columns import derive, options
from imports.errors import LookAgain
from imports.models import Duplicates, Import, Lead, ReviewAct, Row
from imports.reports import balance
from imports.review import acts, corrections, judge, recheck, standing
from imports.review.corrections import Wanted, seen_as
from imports.tests import people
from imports.tests.pages import story

pytestmark = pytest.mark.django_db

SHEET = (
    "Full name,Phone,E-mail,Source\n"
    "Ana Souza,(206) 555-0123,ana@example.com,Google Ads\n"
    "Ben Okafor,07x 555,ben@example.com,Billboard\n"
    ",,,\n"
    "Chen Li,,not an address,Referral\n"
    "Dora Novak,(206) 555-0123,,Referral\n"
    "Ed,,ana@example.com,Billboard\n"
)
ROWS = st.sampled_from([2, 3, 5, 6, 7])
COLUMNS = st.integers(0, 3)
CELLS = st.sampled_from(["", "ana@example.com", "2065550123", "x", "Referral", "Ana Souza"])
MANY = st.sets(ROWS, min_size=1, max_size=4).map(sorted)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("cell"), ROWS, COLUMNS, CELLS),
        st.tuples(st.just("replace"), COLUMNS, st.sampled_from(["a", "Re", "x"]), CELLS),
        st.tuples(st.just("fill"), MANY, COLUMNS, CELLS),
        st.tuples(st.just("drop"), MANY),
        st.tuples(st.just("undo"), st.integers(0, 5)),
        st.tuples(st.just("map"), COLUMNS),
        st.tuples(st.just("options"), st.sampled_from(Duplicates)),
        st.tuples(st.just("at once"), st.sampled_from([0, 2_000])),
    ),
    max_size=9,
)
_numbers = count()


def fresh():
    name = f"c{next(_numbers)}"
    customer = people.draft(name, "North")
    customer.slug, customer.mega_id = name, uuid.uuid4()
    customer.save()
    return story.reviewed(customer, content=SHEET)


def again(made):
    story.check(made)
    return Import.objects.select_related("mapping", "customer").get(pk=made.pk)


def cell(made, number, column, new):
    now = corrections.cells_of(made, number)
    seen = {column: seen_as(now[column])}
    corrections.edit(made, None, number, {column: new}, seen)


def take(made, step):
    """One step of a person; what is refused changes nothing."""
    what, *said = step
    if what == "cell":
        cell(made, *said)
    elif what == "replace":
        column, find, put = said
        corrections.change(made, None, Wanted(column, put, find=find))
    elif what == "fill":
        numbers, column, put = said
        corrections.change(made, None, Wanted(column, put, numbers=numbers))
    elif what == "drop":
        acts.drop(made, None, *said, why="Test.")
    elif what == "undo":
        standing_now = list(standing.of(made))
        if standing_now:
            undo(made, standing_now[said[0] % len(standing_now)])
    elif what == "map":
        leave_out(made, *said)
    elif what == "options":
        options.set_options(made, None, duplicates=said[0])
    elif what == "at once":
        recheck.AT_ONCE = said[0]


def undo(made, act):
    try:
        with transaction.atomic():
            acts.undo(made, None, act.pk)
    except LookAgain as refused:
        assert "Undo that change first" in refused.sentence  # noqa: PT017 - the only one allowed


def leave_out(made, column):
    now = derive.mapping_of(made)
    if not now.columns[column].targets or len(now.targets) < 2:
        return
    columns = [replace(one, target=None) if one.index == column else one for one in now.columns]
    wanted = replace(now, columns=tuple(columns))
    if any(one.target in {"contact_name", "contact_email", "contact_phone"} for one in columns):
        derive.remap(made, wanted, None, expected_version=made.mapping.version)


def leads(made):
    found = Lead.objects.filter(lead_import=made, mapping=made.mapping_id).order_by("number")
    fields = ("number", "verdict", "code", "reason", "body", "problems", "shared", "email_key")
    return [
        (*one[:4], *one[4:], bytes(digest)) for *one, digest in found.values_list(*fields, "digest")
    ]


def from_scratch(made):
    """What stands, done on the same file by itself."""
    other = fresh()
    for act in standing.of(made):
        if act.kind == ReviewAct.Kind.DROP:
            acts.drop(other, None, act.rows, why=act.why)
        elif act.kind == ReviewAct.Kind.CELL:
            for one in act.corrections.all():
                cell(other, one.number, one.column, one.new)
        else:
            said = act.content
            wanted = Wanted(said["column"], said["put"], said.get("find"), numbers=act.rows)
            corrections.change(other, None, wanted)
        other = again(other)
    derive.remap(other, derive.mapping_of(made), None, expected_version=other.mapping.version)
    other = again(other)
    options.set_options(other, None, duplicates=Duplicates(made.duplicates))
    return again(other)


def assert_in_one_bucket(made):
    books = balance.balance(made)
    assert books.is_balanced
    assert balance.recount(made).buckets() == books.buckets()
    assert Lead.objects.filter(lead_import=made).count() == 5


@pytest.mark.timeout(600)  # its bound is the number of sequences
@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_what_stands_is_all_that_counts(settings, tmp_path, monkeypatch, steps):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(recheck, "AT_ONCE", 2_000)
    with transaction.atomic():
        made = fresh()
        read = list(Row.objects.filter(lead_import=made).values_list("number", "cells"))
        for step in steps:
            take(made, step)
            made = again(made)
            assert_in_one_bucket(made)
        found = leads(made)
        assert leads(from_scratch(made)) == found
        judge.apply(made)
        assert leads(made) == found  # judging some rows is judging all
        assert read == list(Row.objects.filter(lead_import=made).values_list("number", "cells"))
        transaction.set_rollback(True)

"""A changed mapping takes phones over that it would read again the same, and no others."""

from dataclasses import replace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from imports.columns import check, derive, fit, one_phone, options, phones, read_before
from imports.columns.changes import Change
from imports.columns.placeholders import Words
from imports.models import Chunk, Duplicates, Import, Lead
from imports.review import acts, corrections, recheck, standing
from imports.review.acts import Deed, Kind
from imports.tests import people
from imports.tests.columns.test_one_bucket import holding
from imports.tests.pages import story
from imports.tests.thawed import thawed

pytestmark = pytest.mark.django_db

HEADINGS = "Name,Phone,Fax,Country,E-mail\n"
NAME, PHONE, FAX, COUNTRY = range(4)
SHARED, SEVERAL, GERMAN = "206 555 0101", "2065550123 / 206 555 0177", "030 901820"
CELLS = [
    SHARED, SEVERAL, GERMAN, "", "n/a", "999 999 0123", "+1 206 555 0199 ext. 7", "x", "2065550123"
]  # fmt: skip
SHEET = [  # row 2 and those after it
    ["Ann", SHARED, "(206) 555-0144", "Germany", "ann@example.com"],
    ["Ben", SHARED, GERMAN, "", "ben@example.com"],
    ["Cy", "2065550123", "", "US", ""],
    ["Di", GERMAN, "2065550123", "Germany", ""],
    ["Ed", SEVERAL, "999 999 0123", "", "ed@example.com"],
]
TWICE = [  # of which one lead can be made
    ["Ann", "", "", "", "ann@example.com"],
    ["Ann", "2065550123", "", "", "ann@example.com"],
]


@pytest.fixture
def made(own_folders):
    content = HEADINGS + "".join(",".join(cells) + "\n" for cells in SHEET)
    return story.reviewed(people.customer(), people.ivan(), content=content)


def with_column(place, **changes):
    """What makes a mapping another one, at one column."""

    def changed(mapping):
        columns = [replace(c, **changes) if c.index == place else c for c in mapping.columns]
        return replace(mapping, columns=tuple(columns))

    return changed


def by_fax(mapping):
    there = with_column(FAX, target=check.PHONE)(mapping)
    return with_column(PHONE, target=None)(there)


SAME = {
    "another field of another column": with_column(NAME, target="custom_fields.who"),
    "the guess accepted": with_column(PHONE, confidence="chosen", reason="you said so"),
    "merely possible ones sent": lambda mapping: replace(mapping, possible="send"),
    "merely possible ones left out": lambda mapping: replace(mapping, possible="leave_out"),
    "more words read as blank": lambda mapping: replace(mapping, words=Words(own=("walk-in",))),
    "the customer's region said": lambda mapping: replace(mapping, region="US"),
}
OTHER = {
    "another column": by_fax,
    "another region": lambda mapping: replace(mapping, region="DE"),
    "no row's country": lambda mapping: replace(mapping, country=None),
    "cells changed": with_column(PHONE, changes=(Change("replace", "555", "556"),)),
    "other phones kept": with_column(PHONE, others="custom_fields.phones"),
    "a value meaning another": with_column(PHONE, values={"2065550123": "2065550188"}),
    "a number read as blank": lambda mapping: replace(mapping, words=Words(own=("2065550123",))),
}
CHANGES = {**SAME, **OTHER}


def same(mapping):
    return mapping


def now(made):
    return Import.objects.select_related("mapping", "customer").get(pk=made.pk)


def remapped(made, change):
    current = now(made)
    wanted = change(derive.mapping_of(current))
    derive.remap(current, wanted, None, expected_version=current.mapping.version)
    return now(made)


def leads(made):
    asked = ("number", "body", "problems", "verdict", "code", "email_key", "phone_key", "digest")
    found = Lead.objects.filter(mapping=now(made).mapping).order_by("number").values(*asked)
    return [{**one, "digest": bytes(one["digest"])} for one in found]


def read_again(made):
    """Have every cell read again under the same mapping."""
    Chunk.objects.filter(mapping__lead_import=made).update(read_by="another release")
    again = remapped(made, same)
    assert read_before.phones(again.mapping, 2, 6) == {}
    story.check(made)
    return leads(made)


@pytest.fixture
def read(monkeypatch):
    """The texts that are read as phones from now on."""
    found = []
    plain = one_phone.plain
    monkeypatch.setattr(one_phone, "plain", lambda *at: found.append(at[0]) or plain(*at))
    phones._read.cache_clear()
    return found


@pytest.mark.parametrize("what", SAME)
def test_phones_are_not_read_again_for_what_does_not_concern_them(made, read, what):
    again = remapped(made, SAME[what])
    story.check(made)
    assert again.mapping.phones_from_id == made.mapping_id
    assert SHARED not in read
    assert leads(made) == read_again(made)


@pytest.mark.parametrize("what", OTHER)
def test_phones_are_read_again_where_they_may_become_others(made, read, what):
    again = remapped(made, OTHER[what])
    story.check(made)
    assert again.mapping.phones_from is None
    assert {SHARED, "206 556 0101", "(206) 555-0144"} & {*read}, "row 2's"


def test_phones_that_another_release_read_are_read_again(made):
    first = remapped(made, same)
    assert read_before.phones(first.mapping, 2, 6)
    story.check(made)
    assert {chunk.read_by for chunk in first.mapping.chunks.all()} == {read_before.READ_BY}

    first.mapping.chunks.update(read_by="6 8.0.0")  # a worker that is not replaced yet took them
    second = remapped(made, same)
    assert read_before.phones(second.mapping, 2, 6) == {}


def test_columns_can_be_mapped_again_where_the_mapping_before_cannot_be_read(made):
    wanted = derive.mapping_of(now(made))
    with thawed():
        made.mappings.update(content={})
    assert derive.use(now(made), wanted, None).phones_from is None


def test_the_region_is_the_customers_as_it_stood_when_the_columns_were_mapped(made, monkeypatch):
    made.customer.region = "DE"
    made.customer.save()
    correct(now(made), 3, PHONE, "30 901820")
    assert "contact_phone" not in leads(made)[1]["body"]
    assert fit.region_of(now(made), derive.mapping_of(now(made))) == "US"

    monkeypatch.setattr(recheck, "AT_ONCE", 0)
    correct(now(made), 3, PHONE, "30 901821")
    story.check(made)
    assert "contact_phone" not in leads(made)[1]["body"], "nobody mapped the columns again"

    assert remapped(made, same).mapping.phones_from is None
    story.check(made)
    assert leads(made)[1]["body"]["contact_phone"] == "+4930901821"


def test_what_is_gone_already_is_read_again(made):
    before = leads(made)
    again = remapped(made, same)
    Lead.objects.filter(mapping=made.mapping, number__gt=3).delete()
    assert read_before.phones(again.mapping, 2, 6).keys() == {2, 3}
    story.check(made)
    assert leads(made) == before


def correct(made, number, column, cell):
    seen = corrections.seen_as(corrections.cells_of(made, number)[column])
    corrections.edit(made, None, number, {column: cell}, {column: seen})


def undo(made):
    if last := standing.of(made).last():
        acts.undo(made, None, last.pk)


def leave_out_shared(made):
    acts.do(made, None, Deed(Kind.DECIDE, "melts", content={"choice": "leave_out"}))


def merge(made):
    options.set_options(made, None, duplicates=Duplicates.ASK)
    acts.do(now(made), None, Deed(Kind.DECIDE, "differs", content={"choice": "merge_first"}))


ACTS = {"correct": correct, "undo": undo, "leave out": leave_out_shared, "merge": merge}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("map"), st.sampled_from(sorted(CHANGES))),
        st.tuples(st.just("correct"), st.integers(2, 6), st.integers(1, 3), st.sampled_from(CELLS)),
        st.tuples(st.sampled_from(["undo", "leave out", "merge"])),
    ),
    max_size=6,
)
TABLES = st.lists(
    st.tuples(st.sampled_from("ABC"), *[st.sampled_from(CELLS)] * 2, st.just("Germany")).map(list),
    min_size=5,
    max_size=5,
)
MAP = ("map", "the guess accepted")


@pytest.mark.timeout(600)  # its bound is the number of examples
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(table=TABLES, steps=STEPS, at_once=st.sampled_from([0, 2_000]))
@example(SHEET, [("correct", 2, PHONE, "2065550123"), MAP], 0)
@example(SHEET, [("correct", 2, PHONE, "2065550123"), MAP, ("undo",)], 0)
@example(SHEET, [("leave out",), MAP, ("undo",)], 2_000)
@example(TWICE, [("merge",), MAP, ("undo",)], 2_000)
@example(SHEET, [("correct", 2, COUNTRY, "US"), MAP], 0)
def test_whatever_was_done_leads_are_as_if_every_cell_were_read_again(
    made, monkeypatch, table, steps, at_once
):
    monkeypatch.setattr(recheck, "AT_ONCE", at_once)
    with transaction.atomic():
        Lead.objects.filter(lead_import=made).delete()
        remapped(holding(made, table), same)
        story.check(made)
        for what, *said in steps:
            if what == "map":
                remapped(made, CHANGES[said[0]])
            else:
                ACTS[what](now(made), *said)
            story.check(made)
        assert leads(made) == read_again(made)
        transaction.set_rollback(True)


def test_of_a_mapping_that_was_never_checked_everything_is_read_again(made):
    first = remapped(made, SAME["the guess accepted"])
    second = remapped(made, SAME["another field of another column"])  # before any row is checked
    assert second.mapping.phones_from == first.mapping
    assert read_before.phones(second.mapping, 2, 6) == {}
    story.check(made)
    assert leads(made) == read_again(made)

"""What a cell surely means in a customer's CRM: the very same, folded, and never what is alike."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.columns import by_words, clean, values, vocabulary
from imports.columns.mapping import ColumnMap
from imports.columns.vocabulary import Words
from imports.delivery import words as kept
from imports.mega.listed import Page
from imports.models import Vocabulary, Word

ANNA, OTTO, TWIN, OLD = (f"3f2b8c1e-5d4a-4c1b-9e7f-0a1b2c3d4e5{n}" for n in range(4))


def words(*listed):
    from django.utils import timezone  # noqa: PLC0415

    now = timezone.now()
    made = []
    for kind, word, name, *refused in listed:
        one = Word(kind=kind, word=word, name=name, read_at=now)
        if refused:
            one.refused_at = now
        made.append(one)
    return vocabulary.of(Vocabulary(), made)


KNOWN = [
    ("stage", "new_lead", "New lead"),
    ("stage", "closed-won", "Gewonnen"),
    ("stage", "old", "Old one", "refused"),
    ("owner", ANNA, "Anna Schmidt"),
    ("owner", OTTO, "Otto Müller-Lüdenscheidt"),
]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("new_lead", "new_lead"),
        ("NEW LEAD", "new_lead"),
        (" new-lead ", "new_lead"),
        ("Closed Won", "closed-won"),
        ("gewonnen", "closed-won"),
        ("New leads", ""),
        ("Neu", ""),
        ("won", ""),
        ("old", ""),  # MEGA refused it
        ("Old one", ""),
        ("", ""),
        ("x" * 5_000, ""),
    ],
)
def test_stages(cell, meant):
    assert words(*KNOWN).recognise("stage_slug", cell) == meant


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("Anna Schmidt", ANNA),
        ("anna  SCHMIDT", ANNA),
        ("Schmidt, Anna", ANNA),
        ("Schmidt,Anna", ANNA),
        ("Otto Muller Ludenscheidt", OTTO),
        ("Müller-Lüdenscheidt, Otto", OTTO),
        (ANNA.upper(), ANNA),
        ("{" + OLD + "}", OLD),  # an id is an id, whoever it is of
        ("Anna Schmitt", ""),
        ("Anna", ""),
        ("Anna Schmidt-Berg", ""),
        ("Schmidt Anna", ""),
        ("Anna, Schmidt, Berlin", ""),
        ("", ""),
        (",", ""),
    ],
)
def test_owners(cell, meant):
    assert words(*KNOWN).recognise("owner_id", cell) == meant


def test_a_name_that_two_have_is_nobodys():
    found = words(*KNOWN, ("owner", TWIN, "ANNA SCHMIDT"))
    assert found.recognise("owner_id", "Anna Schmidt") == ""
    assert found.shown("owner_id", ANNA) == f"Anna Schmidt · {ANNA}"
    assert found.typed("owner_id", f"Anna Schmidt · {ANNA}") == ANNA
    assert found.shown("owner_id", OTTO) == "Otto Müller-Lüdenscheidt"


NAMES = st.one_of(
    st.text(max_size=210).map(clean.one_line),
    st.sampled_from(["Anna", "ANNA", OTTO, f"Anna · {OTTO}", f"Anna · {ANNA}", "Berg, Anna", "·"]),
)


@given(st.lists(NAMES, min_size=1, max_size=4), st.data())
@settings(max_examples=300, deadline=None)
def test_whoever_is_chosen_from_the_list_is_the_one_that_is_meant(names, data):
    ids = [ANNA, OTTO, TWIN, OLD]
    found = words(*(("owner", one, name[:200]) for one, name in zip(ids, names, strict=False)))
    shown = {one.word: found.shown("owner_id", one.word) for one in found.known("owner")}

    assert len(set(shown.values())) == len(names)
    chosen = data.draw(st.sampled_from(sorted(shown)))
    assert found.typed("owner_id", shown[chosen].strip()) == chosen
    assert len(shown[chosen]) <= 200


@given(st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["leads", "id", "owner", "current_stage", "custom_fields", "slug", "name",
                         "next_cursor", "total"]) | st.text(), inner),
    max_leaves=30,
))  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_whatever_mega_answers_only_words_that_can_be_sent_come_of_it(answer):
    leads = [answer, {"id": "1", "owner": answer, "current_stage": answer, "custom_fields": answer}]
    page = Page.parse(json.dumps({"leads": leads}).encode())
    for (kind, word), name in kept.of_leads(page.leads).items():
        assert kept.fit(kind, word) == word
        assert len(word) <= 100
        assert len(name) <= 200


def test_who_is_called_like_the_mark_of_another_is_chosen_all_the_same():
    sly = f"Ben · {ANNA}"
    found = words(*KNOWN, ("owner", TWIN, sly))
    assert found.typed("owner_id", sly) == TWIN


def test_a_name_that_two_stages_have_is_none_of_them_but_a_slug_is_its_own():
    found = words(("stage", "a", "On hold"), ("stage", "b", "On-Hold"), ("stage", "on_hold", "X"))
    assert found.recognise("stage_slug", "On Hold") == ""
    assert found.recognise("stage_slug", "on_hold") == "on_hold"


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("A+", ["A-", "A", "A++", "A +1"]),
        ("C++", ["C", "C#"]),
        ("Qualified ✅", ["Qualified ❌", "Qualified"]),
        ("> 100k", ["< 100k", "100k", "≥ 100k"]),
        ("= 5", ["≠ 5", "5", "-5"]),
        ("Step 1-2", ["Step 12"]),
        ("No!", ["No", "No?"]),
    ],
)
def test_the_signs_of_a_stage_are_part_of_what_it_says(name, others):
    known = words(("stage", "the_one", name))
    column = ColumnMap(0, "Stage", "stage_slug")
    cells = [f" {name.upper()} ", *others]
    meant = by_words._meant(column, values.Found([(cell, 1) for cell in cells]), known)
    assert meant.values == {f" {name.upper()} ": "the_one"}


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("Follow-up", "follow up"),
        ("À rappeler", "a_rappeler"),
        ("À rappeler", "A\u0300 RAPPELER"),
        ("In progress – 2nd", "IN_PROGRESS–2ND"),
        ("> 100k", ">100K"),
        ("✅", "✅\ufe0f"),
    ],
)
def test_capitals_accents_spaces_and_hyphens_make_no_other_stage(name, cell):
    assert words(("stage", "the_one", name)).recognise("stage_slug", cell) == "the_one"


def test_what_is_typed_and_not_known_stays_as_it_is():
    assert words(*KNOWN).typed("owner_id", "Somebody") == "Somebody"
    assert words(*KNOWN).typed("stage_slug", "Gewonnen") == "closed-won"
    assert Words().typed("stage_slug", "anything") == "anything"


def test_a_cell_that_says_it_as_it_stands_needs_no_meaning():
    known = words(*KNOWN)
    assert by_words.guess("stage_slug", "new_lead", known) == ""
    assert by_words.guess("stage_slug", "New lead", known) == "new_lead"
    assert by_words.guess("owner_id", ANNA, known) == ""
    assert by_words.guess("owner_id", "n/a", known) == ""
    assert by_words.guess("contact_name", "Anna Schmidt", known) == ""

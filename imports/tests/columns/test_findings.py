"""What is worth most to know about a file, and how it is said."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.columns import families, findings, problems
from imports.columns.findings import Facts, Masked
from imports.columns.mapping import ColumnMap
from imports.columns.review import Example, ProblemGroup
from imports.models import Duplicates

NAMES = ["Full name", "Phone", "Mobile", "Since"]
CLEAN = Facts(rows=1_200, names=NAMES, looked_at=1_200)


def group(code, count=1, row=42, column="Phone", level="warning"):
    """So many cells with a problem, the first of them in a row."""
    examples = [Example(row, "Row 42, Phone: …")]
    return ProblemGroup(code, level, "contact_phone", column, "", "", count, examples)


def said(**facts):
    return [one.sentence for one in findings.found(replace(CLEAN, **facts))]


def test_a_clean_file_has_none():
    assert findings.found(CLEAN) == []


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"blank": 1, "first_blank": 9}, "1 row is blank: row 9."),
        ({"blank": 1_300, "first_blank": 9}, "1,300 rows are blank: the first is row 9."),
        ({"blank": 2}, "2 rows are blank."),
        ({"rows_above": 2}, "2 rows stand above the headings, which are in row 3."),
        (
            {"masked": [Masked("Card", "card numbers")]},
            "1 column holds sensitive data: “Card” (card numbers).",
        ),
        (
            {"twice": 3, "first_twice": 7},
            "3 rows share their e-mail or phone with another row: the first is row 7.",
        ),
        (
            {"unchanged": 120},
            "120 rows are identical to what the customer already got.",
        ),
        ({"groups": [group("phone_letters")]}, "1 phone in column “Phone” has letters: row 42."),
        (
            {"groups": [group("phone_letters", 7, 50), group("phone_short", 5)]},
            "12 phones in column “Phone” have letters or have too few digits: the first is row 42.",
        ),
        (
            {"groups": [group("phone_letters", 7), group("phone_letters", 1, 3, "Mobile")]},
            "8 phones have letters: the first is row 3.",
        ),
        (
            {"groups": [group("no_contact", 2, column="")]},
            "2 rows have no name, phone or e-mail: the first is row 42.",
        ),
        (
            {"columns": [ColumnMap(3, "Since", "custom_fields.since", looks="date")]},
            "The dates in column “Since” can be read in two ways, as in 03/04/2025.",
        ),
        (
            {"columns": [ColumnMap(3, "Since", "custom_fields.since", looks="dmy", read_as="dmy")]},
            "The dates in column “Since” are written day first.",
        ),
    ],
)
def test_each_is_one_sentence_with_a_number_and_a_place(facts, sentence):
    assert said(**facts) == [sentence]


def test_a_date_that_goes_nowhere_can_be_read_as_it_likes():
    assert said(columns=[ColumnMap(3, "Since", None, looks="date")]) == []


@pytest.mark.parametrize(
    ("choice", "done"),
    [
        (Duplicates.ALL, "All are sent, never two of one person in the same request."),
        (Duplicates.FIRST, "Only the first row of each person is sent."),
        (Duplicates.LAST, "Only the last row of each person is sent."),
        (Duplicates.HOLD, "None of them is sent."),
    ],
)
def test_what_was_done_about_people_who_are_there_twice(choice, done):
    facts = replace(CLEAN, twice=2, first_twice=3, duplicates=choice)
    assert findings.found(facts)[0].done == done


def test_rows_kept_back_are_told_from_rows_that_go_without_the_phone():
    groups = [group("phone_short", 7), group("phone_short", 5, 9, level="error")]
    (one,) = findings.found(replace(CLEAN, groups=groups))
    assert (one.count, one.done) == (12, "5 are kept back; 7 are sent without the phone.")


@pytest.mark.parametrize(
    ("code", "count", "sentence", "done"),
    [
        ("date_impossible", 2, "are not possible dates", "2 are sent without the date."),
        ("number_impossible", 1, "is not a number", "1 is sent unchanged."),
        ("hidden_removed", 3, "hold invisible characters", "3 are sent without them."),
    ],
)
def test_what_is_done_with_cells_is_a_sentence(code, count, sentence, done):
    (one,) = findings.found(replace(CLEAN, groups=[group(code, count, column="Since")]))
    cells = "1 cell" if count == 1 else f"{count} cells"
    assert one.sentence.startswith(f"{cells} in column “Since” {sentence}: ")
    assert one.done == done


def test_the_link_leads_to_the_rows_of_the_column_or_to_the_most_frequent_problem():
    (one,) = findings.found(replace(CLEAN, groups=[group("phone_short", 7)]))
    assert (one.where.problem, one.where.column) == ("phone_short", 1)
    assert one.where.words == "Show the 7 rows"
    mixed = [group("phone_short", 2), group("phone_letters", 9, column="Mobile")]
    (one,) = findings.found(replace(CLEAN, groups=mixed))
    assert (one.where.problem, one.where.column) == ("phone_letters", None)
    assert one.where.words == "Show those that have letters"


def test_five_at_most_and_the_most_valuable_first():
    everything = replace(
        CLEAN,
        blank=3,
        rows_above=1,
        masked=[Masked("Card", "card numbers")],
        twice=2,
        first_twice=5,
        groups=[
            group("phone_extension", 900),
            group("hidden_removed", 30),
            group("phone_letters", 2),
            group("phone_scientific", 1, level="error"),
            group("email_invalid", 4, level="error"),
        ],
    )
    found = findings.found(everything)
    assert [one.code for one in found] == ["masked", "digits", "emails", "phones", "twice"]


def test_of_two_that_are_worth_the_same_the_larger_comes_first():
    groups = [group("phone_extension", 2), group("email_several", 3), group("phone_several", 1)]
    assert [one.code for one in findings.found(replace(CLEAN, groups=groups))] == [
        "several",
        "tidied",
    ]


def test_every_problem_has_a_family_and_no_family_a_problem_that_is_none():
    assert set(problems.KINDS) == families.CODES


def test_a_problem_of_a_later_release_is_told_last():
    groups = [group("phone_on_the_moon"), group("phone_extension")]
    assert [one.code for one in findings.found(replace(CLEAN, groups=groups))] == [
        "tidied",
        "other",
    ]


GROUPS = st.lists(
    st.builds(
        group,
        st.sampled_from([*problems.KINDS, "unheard_of"]),
        st.integers(1, 100_000),
        st.integers(1, 1_000_000),
        st.sampled_from([*NAMES, ""]),
        st.sampled_from(["error", "warning"]),
    ),
    max_size=12,
)


@given(GROUPS, st.integers(0, 5), st.integers(0, 3))
def test_whatever_is_found_is_said_in_whole_sentences(groups, blank, above):
    facts = replace(CLEAN, groups=groups, blank=blank, rows_above=above)
    found = findings.found(facts)
    assert len(found) <= findings.MOST
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True)
    for one in found:
        assert one.sentence.endswith(".")
        assert one.done.endswith(".")
        assert one.sentence[0].isdigit() or one.sentence.startswith("The ")
        assert "None" not in one.sentence + one.done + one.where.words
        assert "  " not in one.sentence + one.done


@given(GROUPS)
def test_the_order_in_which_problems_come_changes_no_count(groups):
    def counts(these):
        return {one.code: one.count for one in findings.found(replace(CLEAN, groups=these))}

    assert counts(groups) == counts(groups[::-1])

"""A customer's own words that are read as blank in contacts, and usual ones that are not."""

import json

import pytest

from imports.columns import check, defects, guessing, mapfile, match, placeholders
from imports.columns.mapping import Mapping
from imports.columns.placeholders import LONGEST_OWN, MOST_OWN, Words
from imports.errors import BadMapping

HEADINGS = ("Name", "Phone", "E-mail")


def sheet(*header_row):
    return guessing.from_guesses(match.propose(header_row, []))


def row(cells, words, header_row=HEADINGS, **more):
    mapped = mapfile.apply_file(sheet(*header_row), {"blank_words": words, **more})
    assert Mapping.from_json(json.loads(json.dumps(mapped.to_json()))) == mapped
    return check.compile_mapping(mapped, "US").check(2, cells)


def told(read):
    return [(one.code, one.field) for one in read.problems]


OWN = {"add": ["Kein Telefon", "555 0100", "nobody@agency.com", "Walk-in"]}


@pytest.mark.parametrize(
    "cells",
    [
        ["Jane", "kein telefon", ""],
        ["Jane", " KEIN Telefon ", ""],
        ["Jane", "555 0100", ""],
        ["Jane", "", "Nobody@Agency.com"],
        ["Jane", "", "\u200bnobody@agency.com"],
        ["Jane", "", "walk-in"],
    ],
)
def test_own_words_are_blank_and_counted_also_numbers_and_addresses(cells):
    read = row(cells, OWN)
    assert (read.verdict, read.lead) == ("ok", {"contact_name": "Jane"})
    assert [code for code, _ in told(read)] == ["placeholder"]


def test_an_own_word_is_the_whole_cell():
    read = row(["Walk-in Jane", "", "nobody@agency.com.au"], OWN)
    assert read.lead == {"contact_name": "Walk-in Jane", "contact_email": "nobody@agency.com.au"}
    assert told(read) == []


def test_own_words_are_blank_in_names_also_such_as_people_have():
    assert row(["Null", "", "a@x.com"], {}).lead["contact_name"] == "Null"
    read = row(["Null", "", "a@x.com"], {"add": ["null"]})
    assert read.lead == {"contact_email": "a@x.com"}
    parts = row(["Jane", "NULL"], {"add": ["null"]}, ("First name", "Last name"))
    assert parts.lead == {"contact_name": "Jane"}


def test_a_word_that_is_taken_out_is_read_like_any_other():
    cells = ["Test", "test", "test"]
    read = row(cells, {"remove": ["Test"]})
    assert read.lead == {"contact_name": "Test"}
    assert told(read) == [("phone_letters", "contact_phone"), ("email_invalid", "contact_email")]
    assert row(cells, {}).lead == {}


def test_fields_that_are_no_contact_know_no_such_words():
    read = row(["Jane", "walk-in", "test"], OWN | {"remove": ["none"]},
               ("Name", "Remark", "Stage"), columns={"Remark": "custom_fields.remark"})  # fmt: skip
    assert read.lead["custom_fields"] == {"remark": "walk-in"}


def test_templates_leave_own_words_away():
    joins = {"contact_name": "{First} {Last}"}
    read = row(["Jane", "Walk-In"], OWN, ("First", "Last"), joins=joins)
    assert read.lead == {"contact_name": "Jane"}
    kept = row(["Jane", "-"], {"remove": ["-"]}, ("First", "Last"), joins=joins)
    assert kept.lead == {"contact_name": "Jane -"}


def test_a_mapping_that_is_older_than_the_choice_reads_the_usual_words():
    stored = sheet(*HEADINGS).to_json()
    assert "blank_words" not in stored
    read = check.compile_mapping(Mapping.from_json(stored), "US").check(2, ["Jane", "n/a", "-"])
    assert told(read) == [("placeholder", "contact_phone"), ("placeholder", "contact_email")]


def test_the_words_are_made_ready_once_whoever_asks():
    first, again = (sheet("Name"), sheet("Name"))
    assert first.words.contacts is again.words.contacts is placeholders.CONTACT
    words = mapfile.apply_file(first, {"blank_words": OWN}).words
    same = mapfile.apply_file(again, {"blank_words": OWN}).words
    assert words.contacts is same.contacts


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"add": ["x" * (LONGEST_OWN + 1)]}, f"has at most {LONGEST_OWN} characters."),
        ({"add": [f"word {n}" for n in range(MOST_OWN + 1)]}, f"At most {MOST_OWN} own words"),
        ({"add": ["\u200b "]}, "at least one character that can be seen"),
        ({"add": ["TEST"], "remove": ["test"]}, "“test” is both added and taken out"),
        ({"remove": ["jane"]}, "“jane” is none of the words"),
        ({"add": "n/a"}, "'add' of 'blank_words' must be a list of texts"),
        ({"remove": [1]}, "'remove' of 'blank_words' must be a list of texts"),
        ({"drop": []}, "has an unknown part 'drop'"),
        (["n/a"], "'blank_words' must be a JSON object"),
    ],
)
def test_words_that_cannot_be_are_refused_in_a_sentence(words, sentence):
    with pytest.raises(BadMapping, match=sentence):
        mapfile.apply_file(sheet(*HEADINGS), {"blank_words": words})


def test_as_many_and_as_long_words_as_may_be_are_read():
    most = {"add": [f"{n:060}" for n in range(MOST_OWN)]}
    assert defects.check(mapfile.apply_file(sheet("Name"), {"blank_words": most})) == []


def test_what_is_otherwise_than_usual_is_said_of_a_few():
    made = Words(tuple(f"word {n}" for n in range(10)), ("test",))
    listed = ", ".join(f"“word {n}”" for n in range(8))
    assert made.said == f"also {listed} and 2 more; not “test”"


def test_a_mapping_file_without_words_leaves_them_as_they_are():
    made = mapfile.apply_file(sheet(*HEADINGS), {"blank_words": OWN})
    assert mapfile.apply_file(made, {}).words == made.words
    assert mapfile.apply_file(made, {"blank_words": {}}).words == placeholders.USUAL


def test_a_stored_mapping_with_broken_words_is_refused():
    stored = sheet(*HEADINGS).to_json() | {"blank_words": ["n/a"]}
    with pytest.raises(BadMapping, match="cannot be read"):
        Mapping.from_json(stored)

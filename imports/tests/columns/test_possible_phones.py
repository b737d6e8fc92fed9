"""Phones that are merely possible: of the right length, but not known to be in use."""

import json

import pytest

from imports.columns import check, guessing, mapfile, match
from imports.columns.mapping import Mapping
from imports.errors import BadMapping

POSSIBLE = "999 999 0123"  # in the United States
READ = "+19999990123"
KEEPS = {"field": "contact_phone", "others": "custom_fields.phone_2"}


def sheet(*header_row):
    return guessing.from_guesses(match.propose(header_row, []))


def row(cells, data=None, header_row=("Name", "Phone"), region="US"):
    mapped = mapfile.apply_file(sheet(*header_row), data or {})
    assert Mapping.from_json(json.loads(json.dumps(mapped.to_json()))) == mapped
    return check.compile_mapping(mapped, region).check(2, cells)


def told(read):
    return [(one.code, one.level) for one in read.problems]


def test_a_new_mapping_leaves_it_out_and_says_which_number_and_why():
    read = row(["Jane", POSSIBLE])
    assert (read.verdict, read.lead) == ("ok", {"contact_name": "Jane"})
    assert read.problems[0].at(2) == (
        "Row 2, Phone: '999 999 0123' is read as +19999990123: the length is right, but no such"
        " number is known to be in use; the row goes without it. Check the number, or choose on"
        " the columns page that such phones are sent."
    )


def test_a_row_without_another_contact_is_held():
    read = row(["", POSSIBLE])
    assert (read.verdict, told(read)) == ("invalid", [("phone_possible", "error")])
    assert "goes without it" not in read.problems[0].sentence


def test_it_is_sent_as_it_is_where_a_person_chose_so():
    read = row(["Jane", POSSIBLE], {"possible_phones": "send"})
    assert read.lead == {"contact_name": "Jane", "contact_phone": READ}
    assert told(read) == [("phone_unlikely", "warning")]


def test_a_mapping_that_is_older_than_the_choice_goes_on_sending_it():
    stored = sheet("Name", "Phone").to_json()
    del stored["possible_phones"]
    old = Mapping.from_json(stored)
    read = check.compile_mapping(old, "US").check(2, ["Jane", POSSIBLE])
    assert read.lead["contact_phone"] == READ
    assert old.to_json() == stored


def test_a_valid_number_goes_before_it_whichever_comes_first():
    read = row(["Jane", f"{POSSIBLE} / 206 555 0124"])
    assert read.lead["contact_phone"] == "+12065550124"
    assert told(read) == [("phone_several", "warning")]


def test_an_extension_makes_it_no_better():
    assert told(row(["Jane", f"{POSSIBLE} ext. 12"])) == [("phone_possible", "warning")]


@pytest.mark.parametrize(
    ("choice", "kept", "sent"),
    [
        ("leave_out", "+12065550124", "+12065550123 (not +19999990123, 07x 555)"),
        ("send", "+12065550124; +19999990123; 07x 555", "+12065550123"),
    ],
)
def test_of_further_numbers_only_valid_ones_are_kept_unless_they_are_sent(choice, kept, sent):
    cell = f"206 555 0123 / 206 555 0124 / {POSSIBLE} / 07x 555"
    data = {"columns": {"Phone": KEEPS}, "possible_phones": choice}
    read = row(["Jane", cell], data)
    assert read.lead["contact_phone"] == "+12065550123"
    assert read.lead["custom_fields"] == {"phone_2": kept}
    (said,) = read.problems
    assert said.code == "others_kept"
    assert f"holds several, {sent} is sent and the others go to a custom field" in said.sentence


def test_where_no_further_number_is_valid_nothing_is_kept_and_all_are_named():
    data = {"columns": {"Phone": KEEPS}}
    read = row(["Jane", f"206 555 0123 / {POSSIBLE}"], data)
    assert "custom_fields" not in read.lead
    assert read.problems[0].sentence.startswith(
        "Phone: '206 555 0123 / 999 999 0123' holds several numbers, only +12065550123 (not 999"
        " 999 0123) is sent."
    )


def test_a_made_up_number_with_a_country_code_is_no_further_phone():
    data = {"columns": {"Phone": KEEPS}}
    read = row(["Jane", "206 555 0123 / +49 123456789"], data)
    assert "custom_fields" not in read.lead


@pytest.mark.parametrize(
    ("data", "header_row", "cells"),
    [
        ({"joins": {"contact_phone": "{Area} {No}"}}, ("Name", "Area", "No"), ("999", "9990123")),
        (
            {"columns": {"Who": {"split": {"by": ";", "fields": [None, "contact_phone"]}}}},
            ("Name", "Who"),
            (f"Jane;{POSSIBLE}",),
        ),
        (
            {"columns": {"Land": None}, "country": "Land", "region": "DE"},
            ("Name", "Land", "Phone"),
            ("USA", POSSIBLE),
        ),
    ],
)
@pytest.mark.parametrize("choice", ["leave_out", "send"])
def test_parts_templates_and_the_country_of_the_row_follow_the_choice(
    data, header_row, cells, choice
):
    read = row(["Jane", *cells], data | {"possible_phones": choice}, header_row)
    assert read.lead.get("contact_phone") == (READ if choice == "send" else None)
    assert ("phone_possible" in dict(told(read))) == (choice == "leave_out")


def test_a_mapping_file_says_which_choices_there_are():
    with pytest.raises(BadMapping, match="must be 'leave_out'"):
        row([], {"possible_phones": True})
    kept = mapfile.apply_file(sheet("Phone"), {"possible_phones": "send"})
    assert mapfile.apply_file(kept, {}).possible == "send"

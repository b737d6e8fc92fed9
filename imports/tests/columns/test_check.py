"""Rows of a sheet, the leads that they become, and what is said about them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.columns import check, digests, guessing, mapfile, match, problems
from imports.columns.mapping import ColumnMap, Mapping
from imports.columns.problems import Problem
from imports.errors import BadMapping

HEADERS = ["First name", "Last name", "Phone", "E-mail", "Source", "Budget"]
PLAN = {"columns": {"Source": "source_platform", "Budget": "custom_fields.budget"}}


def checker(headers=HEADERS, plan=PLAN, region="US"):
    mapped = guessing.from_guesses(match.propose(headers, []))
    return check.compile_mapping(mapfile.apply_file(mapped, plan), region)


def sentences(row):
    return [problem.at(row.number) for problem in row.problems]


CELLS = st.lists(
    st.sampled_from(
        ["", "Jane", "Zoë\u200b", "jane@x.com", "jane@", "2065550123", "12", "#N/A", "hubspot"]
    ),
    max_size=8,
)


@settings(deadline=None)  # the first phones of a process load what is known of a country
@given(st.lists(CELLS, min_size=1, max_size=5), st.integers(1, 120))
def test_many_rows_are_checked_as_each_of_them_is(rows, times):
    numbered = list(enumerate(rows * times, start=2))
    one_by_one = checker(plan={**PLAN, "constants": {"lead_line": "buyer"}})
    assert list(one_by_one.check_all(iter(numbered))) == [
        one_by_one.check(number, cells) for number, cells in numbered
    ]


def test_a_clean_row_becomes_a_lead():
    row = checker().check(
        2, ["Jane", "Doe", "(206) 555-0123", "Jane@X.com", "Google Ads", " 5000 "]
    )
    assert row.lead == {
        "contact_name": "Jane Doe",
        "contact_phone": "+12065550123",
        "contact_email": "Jane@x.com",
        "source_platform": "google_ads",
        "custom_fields": {"budget": "5000"},
    }
    assert (row.verdict, row.problems) == ("ok", [])
    assert (row.email_key, row.phone_key) == ("jane@x.com", "2065550123")


def test_blank_and_missing_cells_are_left_out():
    row = checker().check(3, ["Jane", " ", "", "\u00a0"])
    assert (row.lead, row.verdict, row.problems) == ({"contact_name": "Jane"}, "ok", [])
    assert (row.email_key, row.phone_key) == (None, None)


def test_cells_beyond_the_headers_are_no_matter():
    assert checker().check(3, ["Jane", "", "", "", "", "", "more", "and more"]).verdict == "ok"


def test_a_phone_that_cannot_be_one_is_left_out_where_there_is_another_contact():
    row = checker().check(42, ["Jane", "", "07x 555", "", "", ""])
    assert (row.lead, row.verdict) == ({"contact_name": "Jane"}, "ok")
    assert [problem.level for problem in row.problems] == ["warning"]
    assert sentences(row) == [
        (
            "Row 42, Phone: '07x 555' has a letter; the row goes without it."
            " Use digits, or map another column."
        )
    ]


def test_a_phone_that_cannot_be_one_keeps_the_row_back_where_it_is_the_only_contact():
    row = checker().check(42, ["", "", "07x 555", "", "Google Ads", ""])
    assert (row.verdict, row.lead) == ("invalid", {"source_platform": "google_ads"})
    assert sentences(row) == [
        "Row 42, Phone: '07x 555' has a letter. Use digits, or map another column."
    ]


def test_a_bad_email_keeps_the_row_back_whatever_else_it_holds():
    row = checker().check(7, ["Jane", "Doe", "2065550123", "jane@x", "", ""])
    assert (row.verdict, row.email_key) == ("invalid", None)
    assert sentences(row) == [
        (
            "Row 7, E-mail: 'jane@x' is not an e-mail address."
            " Correct it, or empty the cell to send the row without it."
        )
    ]


def test_a_row_without_any_contact_is_invalid():
    row = checker().check(9, ["", "", "", "", "Google Ads", "1"])
    assert row.verdict == "invalid"
    assert sentences(row) == [
        "Row 9: no name, phone or e-mail. MEGA needs one of the three: fill one in."
    ]


def test_an_unknown_value_is_left_out_and_the_allowed_ones_are_named():
    row = checker().check(5, ["Jane", "", "", "", "LinkedIn Ads", ""])
    assert (row.verdict, row.lead) == ("ok", {"contact_name": "Jane"})
    assert sentences(row) == [
        (
            "Row 5, Source: 'LinkedIn Ads' is not one of MEGA's values; the row goes without it."
            " Use google_ads, meta_ads, google_organic, direct, referral, hubspot, zoho, ghl,"
            " shopify, zenmaid, lead_docket or salesforce, or say on the columns page what it"
            " means."
        )
    ]


def test_all_problems_of_a_row_are_collected():
    row = checker().check(8, ["?!", "#REF!", "12", "jane@", "Yelp", "#N/A"])
    assert row.verdict == "invalid"
    assert [(p.code, p.level, p.header) for p in row.problems] == [
        ("name_unreadable", "error", "First name"),
        ("cell_error", "error", "Last name"),
        ("phone_short", "error", "Phone"),
        ("email_invalid", "error", "E-mail"),
        ("value_unknown", "warning", "Source"),
        ("cell_error", "warning", "Budget"),
    ]


def test_what_is_changed_is_said():
    row = checker().check(6, ["Jane", "", "206 555 0123 x9", "Jane <jane@x.com>", "", ""])
    assert row.verdict == "ok"
    assert sentences(row) == [
        (
            "Row 6, Phone: '206 555 0123 x9' is sent without its extension 9."
            " Map the extension from a column of its own if it matters."
        ),
        "Row 6, E-mail: 'Jane <jane@x.com>' is sent as jane@x.com. Nothing to do if that is right.",
    ]


def test_values_of_the_mapping_say_what_cells_mean():
    plan = {
        "columns": {
            "Kind": {"field": "lead_line", "values": {"Käufer A": "Buyer", "?": ""}},
            "Phase": {"field": "stage_slug", "values": {"New lead": "new"}},
        }
    }
    rows = checker(["Name", "Kind", "Phase"], plan)
    assert rows.check(2, ["Jane", "käufer  a", "NEW LEAD"]).lead == {
        "contact_name": "Jane",
        "lead_line": "buyer",
        "stage_slug": "new",
    }
    left_out = rows.check(3, ["Jane", "?", ""])
    assert (left_out.lead, left_out.problems) == ({"contact_name": "Jane"}, [])


def test_constants_fill_blank_cells_but_do_not_hide_bad_ones():
    plan = {
        "columns": {"Source": "source_platform"},
        "constants": {
            "source_platform": "Hubspot",
            "source_type": "import",
            "custom_fields.list": "May",
        },
    }
    rows = checker(["Name", "Source"], plan)
    filled = {"source_type": "import", "custom_fields": {"list": "May"}, "contact_name": "Jane"}
    assert rows.check(2, ["Jane", ""]).lead == {**filled, "source_platform": "hubspot"}
    assert rows.check(3, ["Jane", "zoho"]).lead == {**filled, "source_platform": "zoho"}
    assert rows.check(4, ["Jane", "Yelp"]).lead == filled


def test_constants_alone_make_no_lead():
    row = checker(["Name"], {"constants": {"source_type": "import"}}).check(2, [""])
    assert row.verdict == "invalid"


def test_a_full_name_wins_over_its_parts_and_they_stand_in_for_it():
    plan = {"columns": {"A": "contact_name", "B": "first_name", "C": "last_name"}}
    rows = checker(["A", "B", "C"], plan)
    assert rows.check(2, ["Dr Jane Doe", "Jane", "Doe"]).lead == {"contact_name": "Dr Jane Doe"}
    assert rows.check(3, ["", "Jane", "Doe"]).lead == {"contact_name": "Jane Doe"}


def test_problems_name_the_column_as_people_tell_it_apart():
    rows = checker(
        ["Phone", "Phone", ""], {"columns": {"Phone (2)": "contact_phone", "Column C": "lead_line"}}
    )
    row = rows.check(2, ["", "12", "x"])
    assert [problem.header for problem in row.problems] == ["Phone (2)", "Column C"]


def test_a_problem_survives_being_stored_and_holds_no_more_than_80_characters():
    cell = "x\x00\ud800\n" * 90
    problem = checker().check(2, ["Jane", "", cell, "", "", ""]).problems[0]
    assert problem.to_json() == {
        "c": "phone_long",
        "l": "w",
        "f": "contact_phone",
        "h": "Phone",
        "v": problem.found,
    }
    assert (len(problem.found), problem.found[-1]) == (80, "…")
    assert Problem.from_json(problem.to_json()) == problem


def test_a_stored_problem_of_another_release_can_still_be_read():
    problem = Problem.from_json({"c": "gone", "l": "w", "f": "gone", "h": "Phone", "v": "1"})
    assert (
        problem.at(2) == "Row 2, Phone: '1' was remarked on by another release. Look at the cell."
    )


@pytest.mark.parametrize("code", problems.KINDS)
def test_every_kind_makes_whole_sentences(code):
    for level in ("error", "warning"):
        sentence = Problem(code, level, "lead_line", "Kind", "x", "detail").at(2)
        assert sentence.startswith("Row 2, Kind: 'x' ")
        assert sentence.endswith(".")
        assert "{" not in sentence


def test_a_mapping_with_a_defect_is_not_compiled():
    columns = (ColumnMap(0, "A", "contact_name"), ColumnMap(1, "B", "contact_name"))
    with pytest.raises(BadMapping, match="Columns 'A' and 'B' both feed contact_name"):
        check.compile_mapping(Mapping(columns), "US")


def test_equal_leads_have_equal_hashes_whatever_their_order():
    lead = {"contact_name": "Zoë", "custom_fields": {"a": "1", "b": "2"}}
    turned = {"custom_fields": {"b": "2", "a": "1"}, "contact_name": "Zoë"}
    assert digests.lead_hash(lead) == digests.lead_hash(turned)
    assert digests.lead_hash(lead) != digests.lead_hash({**lead, "contact_name": "Zoe"})
    assert (
        digests.lead_hash(lead).hex() == "a5c02a15ade3d367051d0ec472414bf0"
    )  # b2sum -l 128 of the canonical JSON

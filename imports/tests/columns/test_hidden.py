"""A sheet with characters that nobody sees: what is sent, what is said, what still matches."""

import hashlib
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imports.columns import check, choices, digests, headers, mapfile, mapping, match, similar
from imports.columns.mapping import ColumnMap, Mapping
from imports.errors import BadMapping
from imports.intake import layout
from imports.intake.names import Names
from imports.tests.columns import contract
from portal import characters

HEADERS = ["Name", "Phone", "E-mail", "Stage", "Budget"]
TARGETS = ["contact_name", "contact_phone", "contact_email", "source_type", "custom_fields.budget"]
ZWSP, RLO, NBSP = "\u200b", "\u202e", "\u00a0"
HIDDEN = st.sampled_from(
    [chr(a) for a, _ in characters.HIDDEN if a > 0x7F] + ["\u200c", "\u200d", "\ufe0f"]
)


def checked(*cells, values=None):
    columns = [ColumnMap(i, h, TARGETS[i], {}) for i, h in enumerate(HEADERS)]
    if values:
        columns[3] = ColumnMap(3, "Stage", "source_type", values)
    return check.compile_mapping(Mapping(tuple(columns)), "US").check(42, list(cells))


def sentences(row):
    return [problem.at(row.number) for problem in row.problems]


def put_in(text, added):
    for place, character in added:
        text = text[:place] + character + text[place:]
    return text


INSERTIONS = st.lists(st.tuples(st.integers(0, 30), HIDDEN), min_size=1, max_size=5)


def test_an_email_loses_its_zero_width_space_and_the_row_says_so():
    row = checked("Ana", "", f"ana{ZWSP}@example.com")

    assert row.lead["contact_email"] == "ana@example.com"
    assert (row.verdict, row.email_key) == ("ok", "ana@example.com")
    [sentence] = sentences(row)
    assert sentence == (
        "Row 42, E-mail: 'ana[U+200B]@example.com' contained an invisible character (zero width "
        "space), removed before sending. Nothing to do if the rest is right."
    )


def test_a_phone_that_was_copied_from_a_telephone_loses_its_embedding():
    row = checked("Ana", "\u202a+1 (206) 555-0123\u202c", "")
    assert (row.lead["contact_phone"], row.phone_key) == ("+12065550123", "2065550123")
    assert "2 invisible characters (left-to-right embedding, " in sentences(row)[0]


def test_a_name_that_turns_around_is_sent_straight():
    row = checked(f"Ana {RLO}azuoS", "", "ana@example.com")
    assert row.lead["contact_name"] == "Ana azuoS"
    assert "'Ana [U+202E]azuoS' contained an invisible character (right-to" in sentences(row)[0]


@pytest.mark.parametrize("name", ["می\u200cخواه", "Zoë 👩🏽\u200d💻", "渡邉\U000e0100", "Łukasz"])
def test_a_name_keeps_what_its_script_needs_without_a_word(name):
    row = checked(name, "", "ana@example.com")
    assert (row.lead["contact_name"], row.problems) == (name, [])


def test_a_custom_field_is_cleaned_as_well():
    row = checked("Ana", "", "", "", f"\ufeff500{ZWSP}")
    assert row.lead["custom_fields"] == {"budget": "500"}
    assert [p.code for p in row.problems] == ["hidden_removed"]


@pytest.mark.parametrize("blank", [ZWSP, "\u3164", "\u2800", f" {RLO}{NBSP}"])
def test_a_cell_of_which_nothing_can_be_seen_is_blank(blank):
    row = checked("Ana", blank, blank, blank, blank)
    assert row.lead == {"contact_name": "Ana"}
    assert row.problems == []


def test_nothing_is_said_to_be_removed_where_nothing_is_sent():
    row = checked("Ana", "", f"ana{ZWSP} at example")
    assert [p.code for p in row.problems] == ["email_invalid"]
    assert "'ana[U+200B] at example' is not an e-mail address" in sentences(row)[0]


@given(INSERTIONS)
def test_a_contact_has_the_same_keys_whatever_is_put_into_it(added):
    plain = checked("Ana", "(206) 555-0123", "ana@example.com")
    row = checked("Ana", put_in("(206) 555-0123", added), put_in("ana@example.com", added))
    assert (row.email_key, row.phone_key) == (plain.email_key, plain.phone_key)
    assert contract.faults(row.lead) == []


@given(INSERTIONS)
def test_a_meaning_finds_its_cell_whatever_is_put_into_it(added):
    assert mapping.fold_cell(put_in("Web form", added)) == "web form"
    row = checked("Ana", "", "", put_in("Walk in", added), values={"walk  in": "manual"})
    assert row.lead["source_type"] == "manual"
    assert [p.code for p in row.problems] == []


@given(INSERTIONS)
def test_a_value_of_mega_is_recognised_whatever_is_put_into_it(added):
    assert choices.recognise("source_type", put_in("phone call", added)) == "phone_call"


@given(INSERTIONS)
def test_a_heading_is_known_whatever_is_put_into_it(added):
    odd = put_in("Phone Number", added)
    assert headers.words(odd) == ["phone", "number"]
    assert headers.squash(odd) == "phonenumber"
    assert headers.tidy(odd) == "Phone Number"
    assert match.propose([odd], [])[0].target == "contact_phone"
    assert similar.nearest(put_in("Emial address", added))[0] == "contact_email"
    assert layout.fingerprint([odd, "Name"]) == layout.fingerprint(["name", "phone number"])


def test_a_heading_has_its_words_also_where_something_hides_between_them():
    assert headers.words(f"first{ZWSP}Name") == ["first", "name"]


def test_joiners_that_stay_where_they_are_sent_are_ignored_where_things_are_compared():
    sheet = Mapping((ColumnMap(0, "می\u200cخواه", None),))
    for typed in ("میخواه", f"می{ZWSP}خواه"):
        assert mapping.fold_cell(typed) == mapping.fold_cell("می\u200cخواه")
        assert mapfile.find_column(sheet, typed) == 0
    row = checked("Ana", "+1 206 ۵۵۵\u200c۰۱۲۳", "")
    assert (row.lead["contact_phone"], row.problems) == ("+12065550123", [])


def test_two_headings_that_look_the_same_have_two_names():
    assert headers.names(["E-mail", f"E-{ZWSP}mail", f"Lead{NBSP}id"]) == [
        "E-mail (1)", "E-mail (2)", "Lead id",
    ]  # fmt: skip


def test_a_mapping_file_finds_a_heading_by_what_can_be_seen_of_it():
    sheet = Mapping((ColumnMap(0, f"\u2066Client{NBSP}mail\u2069{ZWSP}", None),))
    decided = mapfile.apply_file(sheet, {"columns": {"client mail": "contact_email"}})
    assert decided.columns[0].target == "contact_email"
    with pytest.raises(BadMapping, match="no column 'client nail'"):
        mapfile.apply_file(sheet, {"columns": {"client nail": None}})


def test_a_customer_is_found_in_a_file_name_that_hides_something():
    found = Names({1: f"Acme{ZWSP} Homes"}).in_file_name(headers.words(f"ac{RLO}me{NBSP}homes"))
    assert set(found) == {1}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("می\u200cخواه", "میخواه", True),
        (f"New{NBSP}York", "New York", True),
        ("Zoë", "Zoe", False),
        ("Zoë", "Zoë", True),
    ],
)
def test_leads_are_told_apart_by_what_can_be_seen(one, other, same):
    leads = [{"contact_name": name, "custom_fields": {"a": name}} for name in (one, other)]
    assert (digests.lead_hash(leads[0]) == digests.lead_hash(leads[1])) is same


def test_no_hidden_character_and_no_odd_space_makes_another_lead():
    ranges = [*characters.HIDDEN, *characters.SPACES]
    for code in (code for a, b in ranges for code in range(a, min(b, a + 300) + 1) if code > 0x7F):
        space = " " if chr(code).isspace() else ""
        odd, plain = {"contact_name": f"é{chr(code)}b"}, {"contact_name": f"é{space}b"}
        assert digests.lead_hash(odd) == digests.lead_hash(plain), hex(code)


def test_the_hash_of_other_leads_is_what_it_was():
    stored = digests.lead_hash({"contact_name": "Zoë", "contact_email": "z@x.co"}).hex()
    assert stored == "986b16da6a90b11ca4e9180bb5b076b7"


SCALARS = st.one_of(
    st.text(max_size=12), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(), st.text(alphabet="a\\u0041\x7f\x01\t\n\"'/ é\u200b", max_size=8),
)  # fmt: skip


@example({"a": 1e16, "b": 1e-7}, "Ann")
@example({"a": "\x7f"}, "Ann\x01")
@example({"a": "\\u0041"}, "\\u200b")
@given(st.dictionaries(st.text(max_size=6), SCALARS, max_size=4), SCALARS.map(str))
def test_plain_leads_have_the_hash_that_their_canonical_json_has(custom, name):
    """As earlier releases stored it: a quicker way of writing must not make other leads of them."""
    lead = {"contact_name": name, "custom_fields": custom}
    alike = {"contact_name": characters.alike(name), "custom_fields": {
        slug: characters.alike(value) if isinstance(value, str) else value
        for slug, value in custom.items()
    }}  # fmt: skip
    canonical = json.dumps(alike, sort_keys=True, separators=(",", ":"))
    expected = hashlib.blake2b(canonical.encode(), digest_size=16).digest()
    assert digests.lead_hash(lead) == expected

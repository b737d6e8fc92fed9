"""Columns that are changed, split and joined before they are read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.columns import changes, check, defects, guessing, mapfile, match, sources
from imports.columns.changes import Change
from imports.columns.mapping import ColumnMap, Mapping
from imports.errors import BadMapping


def sheet(*header_row):
    return guessing.from_guesses(match.propose(header_row, []))


def lead(data, header_row, cells, region="US"):
    mapped = mapfile.apply_file(sheet(*header_row), data)
    assert Mapping.from_json(json.loads(json.dumps(mapped.to_json()))) == mapped
    return check.compile_mapping(mapped, region).check(2, cells)


@pytest.mark.parametrize(
    ("made", "cell", "becomes"),
    [
        (["tidy"], "  Ana \n\u200b Souza ", "Ana Souza"),
        (["upper"], "straße", "STRASSE"),
        (["lower"], "ANA", "ana"),
        (["capitals"], "ANA o'NEILL-smith's", "Ana O'Neill-Smith's"),
        (["digits"], "ID 00-12 ٣", "0012٣"),
        (["prefix", "P:"], " p:+12065550123", "+12065550123"),
        (["prefix", "p:"], "+12065550123", "+12065550123"),
        (["replace", ".", ""], "a.b.c", "abc"),
        (["replace", "(.*)", "x"], "(.*) a", "x a"),
        (["replace", "Str.", "Street"], "Main Str.", "Main Street"),
        (["turn"], "Schmidt, Anna", "Anna Schmidt"),
        (["turn"], "Schmidt, Anna, Dr.", "Schmidt, Anna, Dr."),
        (["turn"], "Anna Schmidt", "Anna Schmidt"),
    ],
)
def test_a_cell_is_changed_before_it_is_read(made, cell, becomes):
    assert changes.made([Change(*made)])(cell) == becomes


def test_changes_are_made_one_after_another_and_then_the_cell_is_read():
    column = {"field": "contact_phone", "changes": [["prefix", "p:"], ["replace", "O", "0"]]}
    row = lead({"columns": {"Phone": column}}, ["Phone"], ["p:2O6 555 O123"])
    assert row.lead == {"contact_phone": "+12065550123"}
    assert row.problems == []


def test_what_is_wrong_is_said_of_the_cell_as_it_was_changed():
    column = {"field": "contact_phone", "changes": [["replace", "none", "07x"]]}
    row = lead({"columns": {"Phone": column}}, ["Phone", "Name"], ["none 555", "Ana"])
    assert [one.sentence for one in row.problems] == [
        "Phone: '07x 555' has a letter; the row goes without it. Use digits, or map another column."
    ]


def test_a_name_is_split_at_its_first_or_last_space():
    def names(by, cell):
        split = {"by": by, "fields": ["first_name", "custom_fields.rest"]}
        row = lead({"columns": {"Who": {"split": split}}}, ["Who", "Email"], [cell, "a@x.com"])
        return row.lead.get("contact_name"), row.lead.get("custom_fields", {}).get("rest")

    assert names("first", " Ana Maria  Souza ") == ("Ana", "Maria  Souza")
    assert names("last", "Ana Maria Souza") == ("Ana Maria", "Souza")
    assert names("last", "Ana") == ("Ana", None)


def test_parts_go_to_their_fields_and_each_is_read_as_its_field_is():
    split = {"by": ";", "fields": ["contact_phone", None, "contact_email", "custom_fields.more"]}
    cell = "206 555 0123; x ; ANA@Example.com; one; two"
    row = lead({"columns": {"All": {"split": split}}}, ["All"], [cell])
    assert row.lead == {
        "contact_phone": "+12065550123",
        "contact_email": "ANA@example.com",
        "custom_fields": {"more": "one; two"},
    }


def test_a_part_that_cannot_be_read_is_told_under_the_column_s_name():
    split = {"by": ",", "fields": ["contact_name", "contact_email"]}
    row = lead({"columns": {"Who": {"split": split}}}, ["Who"], ["Ana, not an address"])
    assert row.verdict == "invalid"
    assert [(one.header, one.field, one.found) for one in row.problems] == [
        ("Who", "contact_email", "not an address")
    ]


HEAD = ["First", "Last", "City", "State", "Email"]
JOINS = {"joins": {"contact_name": "{First} {Last}", "custom_fields.place": "{city}, {STATE}"}}


@pytest.mark.parametrize(
    ("cells", "name", "place"),
    [
        (["Ana", "Souza", "Austin", "TX"], "Ana Souza", "Austin, TX"),
        (["Ana", "", "Austin", ""], "Ana", "Austin"),
        (["", "Souza", " ", "TX"], "Souza", "TX"),
        (["N/A", "Souza", "N/A", "TX"], "Souza", "N/A, TX"),
        (["", "", "", ""], None, None),
    ],
)
def test_a_template_leaves_no_comma_where_a_cell_is_blank(cells, name, place):
    row = lead(JOINS, HEAD, [*cells, "ana@x.com"])
    custom = {"custom_fields": {"place": place}} if place else {}
    named = {"contact_name": name} if name else {}
    assert row.lead == {"contact_email": "ana@x.com"} | named | custom


def test_a_joined_column_is_changed_first_and_needs_no_field_of_its_own():
    column = {"First": {"field": None, "changes": ["capitals"]}}
    row = lead({"columns": column} | JOINS, HEAD, ["ANA", "Souza"])
    assert row.lead == {"contact_name": "Ana Souza"}


def test_columns_that_fed_what_is_joined_now_yield():
    mapped = mapfile.apply_file(
        sheet("First name", "Last name"), {"joins": {"contact_name": "{First name}!"}}
    )
    assert [column.target for column in mapped.columns] == [None, None]
    assert "is taken by the template" in mapped.columns[0].reason


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("Dear customer", "the template names no column; write one as {Its heading}."),
        ("{First} \0", "the template holds the character U+0000, which cannot be stored."),
        ("{First} \ud800", "the template holds the character U+D800, which cannot be stored."),
        ("{Frst}", "the sheet has no column {Frst}; did you mean {First}?"),
        ("{zzzz}", "the sheet has no column {zzzz}; take a heading of the sheet."),
        ("{First} {", "at character 9 the brace { stands alone"),
        ("{First", "at character 1 the brace { stands alone"),
        ("{First.__class__}", "the sheet has no column {First.__class__}"),
        ("{First!r}", "the sheet has no column {First!r}"),
        ("{0}", "the sheet has no column {0}"),
        ("{}", "the sheet has no column {}"),
        ("x" * 1001, "the template has over 1,000 characters."),
    ],
)
def test_a_template_knows_only_columns(template, sentence):
    with pytest.raises(BadMapping) as refused:
        mapfile.apply_file(sheet(*HEAD), {"joins": {"custom_fields.x": template}})
    assert sentence in refused.value.sentence


def test_doubled_braces_are_braces():
    row = lead({"joins": {"contact_name": "{{{First}}}"}}, ["First"], ["Ana"])
    assert row.lead == {"contact_name": "{Ana}"}


@given(st.text(st.sampled_from("{}ab "), max_size=12))
def test_any_template_is_read_or_refused(template):
    try:
        pieces = sources.parse(template, ["a", "ab"])
    except BadMapping:
        return
    assert all(place in (0, 1) for place in sources.places(pieces))


def test_a_text_over_32767_characters_is_left_out_and_told():
    joins = {"custom_fields.all": "{A}" * 20}
    row = lead({"joins": joins}, ["A", "Email"], ["x" * 30_000, "a@x.com"])
    assert "custom_fields" not in row.lead
    assert row.verdict == "ok"
    assert "has over 32,767 characters" in row.problems[0].sentence
    grown = {"field": "custom_fields.all", "changes": [["replace", "x", "x" * 200]] * 6}
    row = lead({"columns": {"A": grown}}, ["A", "Email"], ["x" * 30_000, "a@x.com"])
    assert [one.code for one in row.problems] == ["text_long"]


@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        ({"field": "contact_name", "changes": "tidy"}, "'changes' is a list"),
        ({"field": "contact_name", "changes": ["shout"]}, "'shout' is no change; use one of tidy"),
        ({"field": "contact_name", "changes": [[]]}, "an empty list is no change"),
        ({"field": "contact_name", "changes": [["tidy", "x"]]}, "takes no more texts"),
        ({"field": "contact_name", "changes": [["prefix"]]}, "needs the text to look for"),
        ({"field": "contact_name", "changes": [["replace", "x" * 201]]}, "at most 200 characters"),
        ({"field": "contact_name", "changes": ["tidy"] * 7}, "at most 6 changes"),
        ({"split": {"by": "?", "fields": ["first_name", "last_name"]}}, "'by' is one of"),
        ({"split": {"by": ",", "fields": ["first_name"]}}, "there are 2 to 4 parts"),
        ({"split": {"by": ",", "fields": [None, None]}}, "there are 2 to 4 parts"),
        ({"split": {"by": ",", "fields": [1, "x"]}}, "null leaves a part out"),
        ({"split": {"by": ",", "fields": ["x", None]}}, "there is no lead field 'x'"),
        ({"field": "first_name", "split": {"by": ",", "fields": []}}, "leave 'field' away"),
        ({"split": {"by": ",", "fields": ["first_name", "first_name"]}}, "both feed first_name"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(column, sentence):
    with pytest.raises(BadMapping) as refused:
        mapfile.apply_file(sheet("Who"), {"columns": {"Who": column}})
    assert sentence in refused.value.sentence


def test_a_masked_column_can_neither_be_split_nor_joined():
    masked = ColumnMap(0, "Card", None, masked="card")
    mapped = Mapping(
        (masked, ColumnMap(1, "Name", "contact_name")), joins={"custom_fields.x": "{Card}"}
    )
    assert "cannot be joined: it holds sensitive data" in defects.check(mapped)[0]


def test_a_plain_mapping_is_stored_as_the_former_release_reads_it():
    stored = sheet("Name", "Phone").to_json()
    assert stored.keys() == {
        "columns",
        "constants",
        "possible_phones",
    }  # that one asks for no third
    assert stored["columns"][0].keys() == {
        "index", "header", "target", "values", "reason", "confidence", "wanted", "looks", "read_as",
        "masked",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "cell", "first", "others"),
    [
        (
            "contact_phone",
            "206 555 0123 / 206 555 0124 / 206 555 0125",
            "+12065550123",
            "+12065550124; +12065550125",
        ),
        ("contact_email", "a@x.com; b@x.com", "a@x.com", "b@x.com"),
        ("contact_phone", "206 555 0123", "+12065550123", None),
    ],
)
def test_further_phones_and_e_mails_go_to_a_custom_field(field, cell, first, others):
    column = {"field": field, "others": "custom_fields.more"}
    row = lead({"columns": {"C": column}}, ["C"], [cell])
    assert row.lead.pop("custom_fields", {}).get("more") == others
    assert row.lead == {field: first}
    said = (
        f"C: '{cell}' holds several, {first} is sent and the others go to a custom field. Nothing"
        " to do if that is right."
    )
    assert [one.sentence for one in row.problems] == ([said] if others else [])


@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        ({"field": "contact_name", "others": "custom_fields.x"}, "only a phone or an e-mail"),
        ({"field": "contact_phone", "others": "contact_name"}, "goes to a custom field"),
        ({"field": "contact_phone", "others": "custom_fields.!"}, "is not a custom field"),
        ({"field": "contact_phone", "others": 1}, "'others' is a custom field"),
    ],
)
def test_others_that_cannot_be_are_refused(column, sentence):
    with pytest.raises(BadMapping) as refused:
        mapfile.apply_file(sheet("C"), {"columns": {"C": column}})
    assert sentence in refused.value.sentence


@pytest.mark.parametrize(
    ("names", "turns"),
    [
        (["Schmidt, Anna", "O'Neill, Ben", "Chen Li"], True),
        (["Schmidt, Anna", "Ben O'Neill", "Chen Li"], False),
        (["Schmidt, Anna"], False),
        (["Acme, Inc.", "Beta, LLC", "Ana Souza, MD"], False),
        (["Schmidt, Anna", "Souza, Ana, Dr.", "", "Li, Chen", "Bo"], False),
        ([], False),
    ],
)
def test_names_turn_only_where_most_of_the_column_has_that_form(names, turns):
    mapped = guessing.proposed(["Name"], [[name] for name in names], {}, "US")
    assert mapped.columns[0].changes == ((Change("turn"),) if turns else ())
    rows = check.compile_mapping(mapped, "US").check_all(enumerate([["Schmidt, Anna"], ["Bo Li"]]))
    sent = [row.lead["contact_name"] for row in rows]
    assert sent == (["Anna Schmidt", "Bo Li"] if turns else ["Schmidt, Anna", "Bo Li"])


COUNTRIES = {"columns": {"Phone": "contact_phone"}, "country": "Where"}


@pytest.mark.parametrize(
    ("phone", "country", "sent"),
    [
        ("030 901820", "Germany", "+4930901820"),
        ("030 901820", "Deutschland", "+4930901820"),
        ("030 901820", "de", "+4930901820"),
        ("01 42 68 53 00", "Francia", "+33142685300"),
        ("020 7946 0958", "UK", "+442079460958"),
        ("(206) 555-0123", "Atlantis", "+12065550123"),
        ("(206) 555-0123", "", "+12065550123"),
        ("+44 20 7946 0958", "Germany", "+442079460958"),
    ],
)
def test_a_phone_is_read_by_its_prefix_then_by_the_country_of_its_row(phone, country, sent):
    row = lead(COUNTRIES, ["Phone", "Where"], [phone, country])
    assert row.lead == {"contact_phone": sent}


def test_the_mapping_s_region_goes_before_the_customer_s():
    data = {"columns": {"Phone": "contact_phone"}, "region": "de"}
    assert lead(data, ["Phone"], ["030 901820"]).lead == {"contact_phone": "+4930901820"}


def test_a_column_of_countries_is_proposed_by_heading_and_cells():
    rows = [["030 901820", "DE"], ["030 901821", "Österreich"]]
    assert guessing.proposed(["Phone", "Country"], rows, {}, "US").country == 1
    assert (
        guessing.proposed(["Phone", "Country"], [["1", "Rock"], ["2", "Folk"]], {}, "US").country
        is None
    )
    assert guessing.proposed(["Phone", "Notes"], rows, {}, "US").country is None
    assert guessing.proposed(["Name", "Country"], rows, {}, "US").country is None


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"country": "Wher"}, "did you mean 'Where'?"),
        ({"country": 1}, "'country' is the heading"),
        ({"region": "Germany"}, "Region 'GERMANY' is unknown"),
        ({"region": None}, "'region' is a country's two letters"),
    ],
)
def test_countries_that_are_not_there_are_refused(data, sentence):
    with pytest.raises(BadMapping) as refused:
        mapfile.apply_file(sheet("Phone", "Where"), data)
    assert sentence in refused.value.sentence

"""Mappings, as they are stored and as files change them."""

import json

import pytest

from imports.columns import defects, guessing, mapfile, match
from imports.columns.mapping import ColumnMap, Mapping
from imports.errors import BadMapping

UUID = "3f2b8c1e-5d4a-4c1b-9e7f-0a1b2c3d4e5f"


def sheet(*headers, rows=()):
    return guessing.from_guesses(match.propose(headers, rows))


def targets(mapped):
    return [column.target for column in mapped.columns]


def refusal(mapped, data):
    with pytest.raises(BadMapping) as caught:
        mapfile.apply_file(mapped, data)
    return caught.value.sentence


def test_a_mapping_survives_being_stored():
    mapped = mapfile.apply_file(
        sheet("Name", "Phase", "Phone", "Mobile"),
        {
            "columns": {"Phase": {"field": "stage_slug", "values": {"New": "new_lead"}}},
            "constants": {"source_type": "import"},
        },
    )
    stored = json.loads(json.dumps(mapped.to_json()))
    assert Mapping.from_json(stored) == mapped
    with pytest.raises(BadMapping):
        Mapping.from_json({"columns": [{"index": 0}], "constants": {}})


def test_a_file_decides_and_leaves_the_rest_as_matched():
    mapped = mapfile.apply_file(
        sheet("Name", "E-mail", "Shoe size", "Phone"),
        {"columns": {"Shoe size": "custom_fields.shoe_size", "Phone": None}},
    )
    assert targets(mapped) == ["contact_name", "contact_email", "custom_fields.shoe_size", None]
    assert [column.confidence for column in mapped.columns] == [
        "synonym",
        "synonym",
        "chosen",
        "chosen",
    ]
    assert defects.check(mapped) == []


def test_headers_are_found_whatever_their_case_and_spacing():
    mapped = mapfile.apply_file(
        sheet("Shoe  Size", "Email"), {"columns": {"shoe size": "contact_name"}}
    )
    assert targets(mapped) == ["contact_name", "contact_email"]


def test_the_matched_column_makes_way_for_the_chosen_one():
    mapped = mapfile.apply_file(sheet("Phone", "Other"), {"columns": {"Other": "contact_phone"}})
    assert targets(mapped) == [None, "contact_phone"]
    assert mapped.columns[0].reason == "Phone is taken by column B"


def test_the_next_best_column_takes_over_from_one_that_is_left_out():
    mapped = mapfile.apply_file(
        sheet("Phone", "Mobile", "Home phone"), {"columns": {"Phone": None}}
    )
    assert targets(mapped) == [None, "contact_phone", None]
    parts = mapfile.apply_file(
        sheet("First name", "Last name", "Full name"), {"columns": {"Full name": None}}
    )
    assert targets(parts) == ["first_name", "last_name", None]


def test_chosen_name_parts_replace_a_matched_full_name():
    mapped = mapfile.apply_file(
        sheet("Full name", "A", "B"), {"columns": {"A": "first_name", "B": "last_name"}}
    )
    assert targets(mapped) == [None, "first_name", "last_name"]


def test_equal_headers_are_told_apart_by_their_number():
    twice = sheet("Phone", "Phone", "Email")
    assert twice.names == ["Phone (1)", "Phone (2)", "Email"]
    mapped = mapfile.apply_file(twice, {"columns": {"Phone (2)": "contact_phone"}})
    assert targets(mapped) == [None, "contact_phone", "contact_email"]
    assert refusal(twice, {"columns": {"Phone": None}}) == (
        "The sheet has 2 columns 'Phone': say 'Phone (1)' or 'Phone (2)'."
    )


def test_a_header_that_looks_numbered_keeps_its_name():
    assert sheet("Phone", "Phone (1)", "Phone", "").names == [
        "Phone (2)",
        "Phone (1)",
        "Phone (3)",
        "Column D",
    ]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ([], "The mapping must be a JSON object; "),
        ({"column": {}}, "The mapping has an unknown part 'column'; "),
        ({"columns": ["Email"]}, "'columns' must be a JSON object; "),
        ({"columns": {"Email": 5}}, "Column 'Email': expected a field's name, null, or "),
        ({"columns": {"Email": {"target": "x"}}}, "Column 'Email' has an unknown part 'target'; "),
        ({"columns": {"Email": {"field": None}}}, "Column 'Email': 'field' must be the name of"),
        (
            {"columns": {"Email": {"field": "lead_line", "values": {"a": 1}}}},
            "Column 'Email', 'values': the value of 'a' must be a text in quotation marks.",
        ),
        ({"columns": {"Emails": None}}, "The sheet has no column 'Emails'; did you mean 'Email'?"),
        ({"columns": {"Q": None}}, "The sheet has no column 'Q'; it has 'Email', 'Kind'."),
        (
            {"columns": {"Email": "contact_mail"}},
            "Column 'Email': there is no lead field 'contact_mail'; did you mean 'contact_email'?",
        ),
        ({"columns": {"Email": "§"}}, "Column 'Email': there is no lead field '§'; use one of "),
        (
            {"columns": {"Email": "custom_fields.lead_line"}},
            "Column 'Email': 'custom_fields.lead_line' is",
        ),
        (
            {"columns": {"Email": "custom_fields.Shoe size"}},
            "Column 'Email': 'custom_fields.Shoe size' is not a custom field; after the dot come",
        ),
        (
            {"columns": {"Email": "contact_name", "Kind": "contact_name"}},
            "Columns 'Email' and 'Kind' both feed contact_name: choose one of them.",
        ),
        (
            {"columns": {"Email": None, "email": None}},
            "The mapping names the column 'email' twice: ",
        ),
        (
            {"columns": {"Kind": {"field": "lead_line", "values": {"A": "both"}}}},
            "Column 'Kind', value for 'A': 'both' is not one of MEGA's values; use one of",
        ),
        (
            {"constants": {"contact_email": "a@x.co"}},
            "Constant 'contact_email': one contact for all",
        ),
        (
            {"constants": {"source_type": "fax"}},
            "Constant 'source_type': 'fax' is not one of MEGA's values",
        ),
        (
            {"constants": {"owner_id": "Bo"}},
            "Constant 'owner_id': 'Bo' is not a UUID; use the team",
        ),
        ({"constants": {"stage_slug": " "}}, "Constant 'stage_slug': the value is empty; leave it"),
        ({"constants": {"row_ref": "1"}}, "Constant 'row_ref': there is no lead field 'row_ref'; "),
        (
            {"constants": {"source_type": None}},
            "'constants': the value of 'source_type' must be a text",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(data, sentence):
    assert refusal(sheet("Email", "Kind"), data).startswith(sentence)


def test_a_sheet_without_any_contact_cannot_be_sent():
    assert defects.check(sheet("Shoe size", "Source")) == [
        (
            "No column is a name, a phone or an e-mail: map at least one, as MEGA takes no lead"
            " without."
        )
    ]


def test_every_defect_of_a_form_s_mapping_is_told():
    columns = (
        ColumnMap(0, "A", "contact_name"),
        ColumnMap(1, "B", "contact_name"),
        ColumnMap(2, "C", "x"),
    )
    assert (
        len(defects.check(Mapping(columns, {"lead_line": "both", "source_type": "Web form"}))) == 3
    )


def test_files_are_read_with_or_without_a_byte_order_mark(tmp_path):
    path = tmp_path / "mapping.json"
    path.write_bytes(b'\xef\xbb\xbf{"columns": {}}')
    assert mapfile.load_mapping_file(path) == {"columns": {}}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{columns}", "The mapping file m.json is not JSON: Expecting property name"),
        (b"", "The mapping file m.json is not JSON: Expecting value in line 1, column 1; "),
        (b"\xff\xfe{\x00", "The mapping file m.json is not UTF-8 text; save it as UTF-8."),
        (b"[" * 200_000, "The mapping file m.json is nested too deeply; "),
        (b" " * 1_000_001, "The mapping file m.json is over one megabyte, "),
        (b'{"columns": {"A": null, "A": null}}', "The mapping names 'A' twice in one place: "),
    ],
)
def test_files_that_are_no_mapping_are_refused(tmp_path, content, sentence):
    path = tmp_path / "m.json"
    path.write_bytes(content)
    with pytest.raises(BadMapping) as caught:
        mapfile.load_mapping_file(path)
    assert caught.value.sentence.startswith(sentence)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(
        BadMapping, match=r"m\.json cannot be read: No such file or directory; check"
    ):
        mapfile.load_mapping_file(tmp_path / "m.json")

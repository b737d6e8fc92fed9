"""A list of customers is read as people write it, and as hostile as files are."""

import io
import tracemalloc
import zipfile

import openpyxl
import pytest

from imports.customer_list import columns, files, judge, sheet
from imports.errors import BadInput
from imports.tests import people
from imports.tests.customer_list.lists import HEAD, ONE, TWO, a_csv, read


def cells(read_sheet):
    return [line.cells for line in read_sheet.lines]


@pytest.mark.parametrize(
    ("name", "mega_id"),
    [
        ("Customer", "MEGA id"),
        ("Client name", "mega_customer_id"),
        ("Kundenname", "UUID"),
        ("Cliente", "customer ID"),
        ("ACCOUNT", "MEGA-ID:"),
    ],
)
def test_headings_are_understood_in_other_words(tmp_path, name, mega_id):
    found = read(tmp_path, a_csv(("Blue Door", ONE), head=(name, mega_id)))

    assert cells(found) == [{"name": "Blue Door", "mega_id": ONE}]
    assert found.unread == []


def test_the_surer_of_two_headings_counts_and_the_others_are_named(tmp_path):
    head = ("Name", "Id", "Customer", "MEGA id", "Remarks")

    found = read(tmp_path, a_csv(("Anna", "7", "Blue Door", ONE, "call her"), head=head))

    assert cells(found) == [{"name": "Blue Door", "mega_id": ONE}]
    assert found.unread == ["Name", "Id", "Remarks"]


def test_a_workbook_of_semicolons_and_blank_rows_keeps_the_rows_numbers(tmp_path):
    book = openpyxl.Workbook()
    for line in [HEAD[:2], ("Blue Door", ONE), (), ("Red Roof", TWO)]:
        book.active.append(line)
    made = io.BytesIO()
    book.save(made)

    found = read(tmp_path, made.getvalue(), "list.xlsx")

    assert [(line.number, line.cells["name"]) for line in found.lines] == [
        (2, "Blue Door"),
        (4, "Red Roof"),
    ]
    text = "Customer;MEGA id\r\nBlüe Door;" + ONE + "\r\n"
    assert cells(read(tmp_path, text.encode("cp1252")))[0]["name"] == "Blüe Door"


def test_a_sheet_of_leads_is_told_what_is_missing(tmp_path):
    with pytest.raises(BadInput) as refused:
        read(tmp_path, "Full name,Phone,E-mail\r\nAna Souza,1,ana@example.com\r\n")

    assert refused.value.sentence == (
        "The file has no column “Customer” and none “MEGA id”; its headings are “Full name”, "
        "“Phone”, “E-mail”. Name the columns as in the template and upload it again."
    )


def test_tokens_are_thrown_away_wherever_they_stand(tmp_path):
    head = ("Customer", "MEGA id", "API token", "Team")
    lines = [("Blue Door", ONE, people.TOKEN, ""), (people.TOKEN, TWO, "", people.TOKEN)]

    found = read(tmp_path, a_csv(*lines, head=head))

    assert found.has_tokens
    assert found.unread == ["API token"]
    assert people.TOKEN[:12] not in repr(found)
    assert found.lines[1].secret == ("name", "team")


HALF = len(people.TOKEN) // 2
WIDE = {ord(plain): ord(plain) + 0xFEE0 for plain in people.TOKEN}


@pytest.mark.parametrize(
    "written",
    [
        people.TOKEN.replace("_", "_\u200b"),
        people.TOKEN.replace("mega", "me\u00adga"),
        people.TOKEN.replace("_", "\uff3f"),
        people.TOKEN.translate(WIDE),
        people.TOKEN.upper(),
        f"{people.TOKEN[:HALF]} {people.TOKEN[HALF:]}",
        people.TOKEN.replace("_", " _ "),
        "\n".join(people.TOKEN),
        people.TOKEN.removeprefix("mega_"),
        f"Blue Door {people.TOKEN.removeprefix('mega_')}",
    ],
)
def test_a_token_is_known_however_copying_left_it(tmp_path, written):
    found = read(tmp_path, a_csv((written, ONE), ("Red Roof", TWO), head=HEAD[:2]))

    assert found.has_tokens
    assert cells(found) == [{"mega_id": ONE}, {"name": "Red Roof", "mega_id": TWO}]
    assert found.lines[0].secret == ("name",)
    assert read(tmp_path, a_csv(("Blue Door", ONE, "x"), head=(*HEAD[:2], written))).unread == [
        "a token"
    ]


@pytest.mark.parametrize(
    "name", ["Omega_Homes", "mega_cafe", ONE, "2065550123 " * 7, "Ａｃｍｅ　Ｈｏｍｅｓ"]
)
def test_what_is_no_token_is_a_name(tmp_path, name):
    found = read(tmp_path, a_csv((name, ONE), head=HEAD[:2]))

    assert not found.has_tokens
    assert cells(found) == [{"name": name.strip(), "mega_id": ONE}]


def test_a_token_as_a_heading_is_not_repeated(tmp_path):
    head = ("Customer", "MEGA id", people.TOKEN)

    assert read(tmp_path, a_csv(("Blue Door", ONE, "x"), head=head)).unread == ["a token"]


def test_two_thousand_customers_are_the_most(tmp_path):
    lines = [(f"C{n}", f"3f0c9a52-7d1e-4b68-9c3a-{n:012d}") for n in range(sheet.MOST + 1)]

    assert len(read(tmp_path, a_csv(*lines[:-1])).lines) == 2000
    with pytest.raises(BadInput, match="more than 2,000 customers"):
        read(tmp_path, a_csv(*lines))


def test_what_is_too_large_or_no_table_is_one_sentence_about_customers(tmp_path):
    with pytest.raises(BadInput, match="more than the 1 MB"):
        read(tmp_path, a_csv(("x" * 1_100_000, ONE)))
    with pytest.raises(BadInput, match="Add the customers below the headings"):
        read(tmp_path, a_csv())
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("list.csv", a_csv() + "x" * 30_000_000)
    with pytest.raises(BadInput):
        read(tmp_path, bomb.getvalue(), "list.zip")


def test_a_heading_of_a_million_characters_costs_no_more_than_its_beginning(tmp_path):
    """Folded whole, each of these letters became eighteen: 400 MB in the process of the page."""
    head = ("Customer", "MEGA id", "\ufdfa" * 300_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("list.csv", a_csv(("Blue Door", ONE, "x"), head=head))

    tracemalloc.start()
    try:
        found = read(tmp_path, packed.getvalue(), "list.zip")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert cells(found) == [{"name": "Blue Door", "mega_id": ONE}]
    assert most < 32 * 1024 * 1024


def test_lines_to_repair_come_back_as_they_were(tmp_path, db):
    odd = ["=cmd()", "'=cmd()", "-Minus", "+49 Ltd", "@home", 'Quo"te', "Comma, Inc"]
    lines = [(name, "no id", "", "", "", "") for name in odd]
    team = people.team()
    judged = judge.judge(read(tmp_path, a_csv(*lines)).lines, judge.Rules([team], team))

    written = files.to_repair(judged)

    assert b"\r\n2,'=cmd(),no id" in written
    assert b"MEGA id: \xe2\x80\x9cno id\xe2\x80\x9d is not a UUID." in written
    again = read(tmp_path, written, "again.csv")
    assert [line.cells["name"] for line in again.lines] == odd
    assert again.unread == []


def test_the_template_has_the_headings_that_are_understood(tmp_path):
    text = files.template().decode("utf-8-sig")

    assert text == ",".join(HEAD) + "\r\n"
    assert set(columns.places(HEAD)) == set(columns.LABELS)

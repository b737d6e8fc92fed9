"""Ines reads a masked file in another way: its cards and diagnoses stay masked, or Max decides."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from imports.columns import derive, options
from imports.errors import WrongState
from imports.intake import upload
from imports.models import Event, Import, Row
from imports.tests.pages import story

SHEET = (
    "Name,Card number,Diagnosis\r\n"
    "Ann Lee,4111111111111111,asthma 0\r\n"
    "Bo Okafor,5500000000000004,migraine 1\r\n"
)
SECRETS = ("4111111111111111", "5500000000000004", "asthma", "migraine")
LOST = (
    "When the file is read this way, these masked columns are not found again: &#x27;Card "
    "number&#x27; (card numbers), &#x27;Diagnosis&#x27; (health). Their cells would stand open, so "
    "only a manager of North can read it this way."
)


def book(*sheets):
    """Sheets of (title, rows)."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets:
        sheet = made.create_sheet(title)
        for cells in rows:
            sheet.append(cells)
    file = io.BytesIO()
    made.save(file)
    return SimpleUploadedFile("leads.xlsx", file.getvalue())


@pytest.fixture
def made(acme, ines):
    return story.reviewed(acme, ines.user, content=SHEET)


def previewed(client, lead_import, **choice):
    return story.text(client.post(f"/imports/{lead_import.pk}/file/preview/", choice))


def read_again(client, lead_import, **choice):
    answer = client.post(f"/imports/{lead_import.pk}/file/again/", choice, follow=True)
    return story.text(answer)


def stored(lead_import):
    rows = Row.objects.filter(lead_import=lead_import).order_by("number")
    return [cells for (cells,) in rows.values_list("cells")]


def assert_masked(text, *secrets):
    for secret in secrets or SECRETS:
        assert secret not in text, secret


@pytest.mark.parametrize("mark", [";", "|"])
def test_a_preview_that_finds_them_no_more_shows_nothing(made, ines, max_, mark):
    for client in (ines, max_):
        page = previewed(client, made, delimiter=mark)
        assert_masked(page)
        assert "Ann" not in page.partition("The first rows, read this way")[2]
        assert LOST in page
        assert "every cell is masked here" in page


def test_an_importer_cannot_have_it_read_so_and_nothing_changes(made, ines):
    before = stored(made)
    page = read_again(ines, made, delimiter=";")
    assert f"{LOST} Nothing was changed." in page
    made.refresh_from_db()
    assert stored(made) == before
    assert made.mapping is not None
    assert not Event.objects.filter(act="reread").exists()


def test_a_manager_can_and_the_trail_tells_which_columns(made, max_):
    assert "are not found again" not in read_again(max_, made, delimiter=";")
    made = story.read_and_check(made)
    assert stored(made)[0] == ["Ann Lee,4111111111111111,asthma 0"] or made.masked
    events = Event.objects.filter(act="column_kept").order_by("pk")
    assert [(one.actor, one.facts) for one in events] == [
        (max_.user, {"column": 1, "kind": "card"}),
        (max_.user, {"column": 2, "kind": "health"}),
    ]


def test_another_row_of_headings_moves_no_column_so_everybody_may_choose_it(made, ines):
    page = previewed(ines, made, header_row="2")
    assert_masked(page, *SECRETS[1:2], *SECRETS[3:])
    assert "<td>•••• 0004</td><td>•••</td>" in page
    read_again(ines, made, header_row="2")
    made = story.read_and_check(made)
    assert stored(made) == [["Bo Okafor", "•••• 0004", "•••"]]
    assert made.masked == {1: "card", 2: "health"}
    read_again(ines, made, header_row="1")
    made = story.read_and_check(made)
    assert stored(made)[0] == ["Ann Lee", "•••• 1111", "•••"]
    assert made.headers == ["Name", "Card number", "Diagnosis"]


def test_not_even_the_heading_that_was_a_lead_is_shown(made, ines):
    assert_masked(previewed(ines, made, header_row="2"))
    read_again(ines, made, header_row="2")
    made = story.read_and_check(made)
    assert_masked("|".join(made.headers))


def test_a_row_of_headings_that_ends_before_them_takes_a_manager(acme, ines):
    content = f"Leads of May\r\n{SHEET}"
    made = story.reviewed(acme, ines.user, content=content)
    assert made.masked == {1: "card", 2: "health"}
    assert_masked(previewed(ines, made, header_row="1"))
    assert LOST in read_again(ines, made, header_row="1")


def test_another_encoding_is_everybodys_choice(acme, ines):
    content = SHEET.replace("Diagnosis", "Diagnóstico").replace("Ann Lee", "Ána Lópéz")
    made = story.reviewed(acme, ines.user, content=content)
    assert made.masked == {1: "card", 2: "health"}
    assert_masked(previewed(ines, made, encoding="cp1252"))
    read_again(ines, made, encoding="cp1252")
    made = story.read_and_check(made)
    assert stored(made)[0][1:] == ["•••• 1111", "•••"]


SHEETS = (
    ("April", [["Name", "Diagnosis"], ["Ann Lee", "asthma 0"], ["Bo Okafor", "migraine 1"]]),
    ("May", [["Name", "City"], ["Cy Young", "Lyon"]]),
)


def test_another_sheet_is_everybodys_choice_and_the_first_one_is_not_forgotten(acme, ines):
    made = story.read_and_check(upload.accept(acme, ines.user, book(*SHEETS), "leads.xlsx"))
    assert made.masked == {1: "health"}
    assert "Lyon" in previewed(ines, made, sheet="May")
    read_again(ines, made, sheet="May")
    made = story.read_and_check(made)
    assert made.masked == {}
    assert stored(made) == [["Cy Young", "Lyon"]]
    assert "Sensitive" not in story.text(ines.get(f"/imports/{made.pk}/file/"))
    assert_masked(previewed(ines, made, sheet="April", header_row="2"))
    page = read_again(ines, made, sheet="April", header_row="2")
    assert "not found again: &#x27;Diagnosis&#x27; (health)" in page
    read_again(ines, made, sheet="April")
    made = story.read_and_check(made)
    assert stored(made)[0] == ["Ann Lee", "•••"]


def test_what_was_found_in_the_meantime_is_asked_for_anew(made, ines):
    """Her choice was judged by the findings of a reading that is no longer the last."""
    stale = Import.objects.get(pk=made.pk)
    stale.sensitive = [{**one, "share": 0.5} for one in stale.sensitive]
    with pytest.raises(WrongState, match="read in another way in the meantime"):
        options.reread(stale, ines.user, dialect={"header_row": 2})


# --- a column is kept -----------------------------------------------------------------------------

CONTACTS = "Name,Phone,Colour,Card number\r\n" + "".join(
    f"Person {n},(206) 555-01{n}0,green,{card}\r\n"
    for n, card in enumerate(("4111111111111111", "5500000000000004"), start=1)
)


def keep(client, lead_import, column, **data):
    address = f"/imports/{lead_import.pk}/file/keep/{column}/"
    return story.text(client.post(address, data, follow=True))


def test_what_a_person_made_of_the_other_columns_stays_when_one_is_kept(acme, max_):
    made = story.reviewed(acme, max_.user, content=CONTACTS)
    wanted = derive.mapping_of(made).to_json()
    wanted["columns"][2] |= {"target": "custom_fields.paint", "confidence": "chosen"}
    derive.remap(made, derive.Mapping.from_json(wanted), max_.user, expected_version=1)
    story.check(made)
    for data in ({}, {"mask": "1"}):
        made.refresh_from_db()
        keep(max_, made, 3, seen=made.read_fence, **data)
        made = story.read_and_check(made)
        mapping = derive.mapping_of(made)
        assert mapping.columns[2].target == "custom_fields.paint"
        assert mapping.columns[2].reason == "as before the file was read again"
        assert made.mapping.created_by == max_.user
        assert bool(mapping.columns[3].masked) == bool(data)


def test_a_column_of_a_page_that_is_out_of_date_is_not_kept(acme, max_):
    """Another row of headings was chosen between page and click."""
    made = story.reviewed(acme, max_.user, content=CONTACTS)
    page = story.text(max_.get(f"/imports/{made.pk}/file/"))
    assert f'name="seen" value="{made.read_fence}"' in page
    seen = made.read_fence
    read_again(max_, made, header_row="2")
    made = story.read_and_check(made)
    for stale in ({"seen": seen}, {}, {"seen": "x"}, {"seen": "9" * 30}):
        assert "read again since this page was shown" in keep(max_, made, 3, **stale)
    made.refresh_from_db()
    assert made.masked == {3: "card"}
    assert not Event.objects.filter(act="column_kept").exists()


# --- rows to repair come back ---------------------------------------------------------------------

MORE = ("6011000000000004", "3530111333300000", "4012888888881881")


def test_a_number_that_was_retyped_in_a_file_of_ours_is_masked(acme, ines):
    """The heading says nothing, and one card proves nothing: the import that it is of knows."""
    cards = (*SECRETS[:2], *MORE)
    content = "Name,Phone,Reference\r\n" + "".join(
        f"Person {n},(206) 555-01{n}0,{card}\r\n" for n, card in enumerate(cards)
    )
    parent = story.answered(acme, ines.user, statuses=("failed",) * 3, content=content)
    assert parent.masked == {2: "card"}
    answer = ines.get(f"/imports/{parent.pk}/to-repair.csv")
    repaired = b"".join(answer.streaming_content).decode("utf-8-sig")
    for end in ("1111", "0004"):
        repaired = repaired.replace(f"•••• {end}", cards[0])
    repaired = repaired.replace("•••• 0000", "")
    child = story.reviewed(acme, ines.user, content=repaired, name="repaired.csv")
    assert child.parent_id == parent.pk
    assert child.masked == {2: "card"}
    assert_masked("|".join(map("|".join, stored(child))), *cards)
    page = previewed(ines, child, delimiter=",")
    assert cards[0] not in page

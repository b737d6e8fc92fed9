"""Without a token everything goes up to the review, and what it holds can be taken away."""

import csv
import io

import openpyxl
import pytest

from imports.columns import options
from imports.models import Duplicates, Event, Lead
from imports.reports import to_repair
from imports.tests import people
from imports.tests.pages import story

ODD = (
    "Email,Full name,Phone,custom_fields.note\r\n"
    "ANN@example.com,  Ann   Souza,(206) 555-0123,=1+1\r\n"
    "not an address,Bob,,x\r\n"
    "cy@example.com,Cy,07x 555,\r\n"
    "ann@example.com,Ann S,,\r\n"
)


@pytest.fixture
def bare(db):
    """A customer without a token."""
    return people.customer("Bare")


@pytest.fixture
def made(ines, bare):
    found = story.reviewed(bare, ines.user, content=ODD)
    options.set_options(found, ines.user, duplicates=Duplicates.FIRST)
    return found


def lines(answer):
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_without_a_token_the_review_offers_what_can_be_taken_away(ines, made):
    page = story.text(ines.get(f"/imports/{made.pk}/review/"))
    assert "has no API token yet" in page
    for name in ("cleaned.csv", "cleaned.xlsx", "problems.csv"):
        assert f'href="/imports/{made.pk}/{name}"' in page
    assert 'href="/customers/bare/template.xlsx"' in page
    assert "2 leads as they would be sent" in page


def test_the_cleaned_file_holds_what_would_be_sent_in_the_sheets_order(ines, made):
    answer = ines.get(f"/imports/{made.pk}/cleaned.csv")
    assert f'filename="import-{made.pk}-bare-cleaned.csv"' in answer["Content-Disposition"]
    assert lines(answer) == [
        ["contact_email", "contact_name", "contact_phone", "custom_fields.note"],
        ["ANN@example.com", "Ann Souza", "+12065550123", "'=1+1"],
        ["cy@example.com", "Cy", "", ""],
    ]
    assert Event.objects.get(act="downloaded").facts == {"rows": "cleaned", "kind": "csv"}


def test_the_workbook_has_the_same_cells_as_texts(ines, made):
    answer = ines.get(f"/imports/{made.pk}/cleaned.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert rows[1] == ["ANN@example.com", "Ann Souza", "+12065550123", "'=1+1"]
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "n"}
    assert rows[2] == ["cy@example.com", "Cy", None, None]


def test_the_cleaned_file_is_understood_again_without_a_person(ines, bare):
    plain = (
        "Vorname,Nachname,Telefon,E-Mail,Quelle,custom_fields.budget\r\n"
        "Ana,Souza,(206) 555-0123,ana@example.com,Google Ads,500\r\n"
        "Ben,Okafor,,ben@example.com,,\r\n"
    )
    made = story.reviewed(bare, ines.user, content=plain)
    text = b"".join(ines.get(f"/imports/{made.pk}/cleaned.csv").streaming_content).decode("utf-8")

    again = story.reviewed(bare, ines.user, content=text, name="cleaned.csv")

    def leads(one):
        found = Lead.objects.filter(lead_import=one, verdict="ok").order_by("number")
        return list(found.values_list("body", flat=True))

    assert leads(again) == leads(made)
    assert len(leads(again)) == 2


def test_the_list_of_problems_says_where_what_and_how_to_repair(ines, made):
    found = lines(ines.get(f"/imports/{made.pk}/problems.csv"))
    assert found[0] == ["Row", "Level", "Column", "Found", "What is wrong, and how to repair it"]
    assert [one[:4] for one in found[1:]] == [
        ["3", "error", "Email", "not an address"],
        ["4", "warning", "Phone", "07x 555"],
        ["5", "kept back", "", ""],
    ]
    assert "is not an e-mail address" in found[1][4]
    assert found[3][4] == "Has the same e-mail as row 2, which is sent instead."


def test_more_leads_than_a_page_waits_for_come_as_csv_only(ines, made, monkeypatch):
    for module in ("imports.views.cleaned", "imports.views.review"):
        monkeypatch.setattr(f"{module}.MOST_IN_A_WORKBOOK", 1)
    answer = ines.get(f"/imports/{made.pk}/cleaned.xlsx", follow=True)
    page = story.text(answer)
    assert "More than 1 leads are made as CSV only." in page
    assert "cleaned.xlsx" not in page
    assert to_repair.MOST_IN_A_WORKBOOK == 50_000


def test_a_file_without_a_problem_says_nothing_of_problems(ines, bare):
    made = story.reviewed(bare, ines.user, content="Name,E-mail\r\nZoe,zoe@example.com\r\n")
    assert "problems.csv" not in story.text(ines.get(f"/imports/{made.pk}/review/"))
    assert len(lines(ines.get(f"/imports/{made.pk}/problems.csv"))) == 1


@pytest.mark.parametrize("name", ["cleaned.csv", "cleaned.xlsx", "problems.csv"])
def test_strangers_find_none_of_it_and_what_is_not_read_has_none(ines, sam, made, bare, name):
    assert sam.get(f"/imports/{made.pk}/{name}").status_code == 404
    fresh = story.uploaded(bare, ines.user)
    assert ines.get(f"/imports/{fresh.pk}/{name}").status_code == 302

"""The workbook to fill in: read back by the portal itself, every column finds its field."""

import io

import openpyxl
import pytest

from imports.columns import derive, fields, guessing, match, template_book
from imports.columns.defects import check
from imports.columns.mapping import ColumnMap, Mapping
from imports.errors import UnreadableFile
from imports.intake.dialect import Dialect
from imports.intake.table import open_table
from imports.tests import people
from imports.tests.pages import story

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def acme(db):
    """Its earlier import has a custom field."""
    customer = people.customer("Acme")
    made = story.reviewed(customer)
    current = derive.mapping_of(made)
    columns = [*current.columns[:-1], ColumnMap(4, "Budget", "custom_fields.budget_usd")]
    derive.remap(made, Mapping(tuple(columns)), None, expected_version=1)
    return customer


@pytest.fixture
def book(acme, tmp_path):
    path = tmp_path / "template.xlsx"
    path.write_bytes(template_book.write(acme))
    return path


def filled_in(path, *rows):
    book = openpyxl.load_workbook(path)
    for row in rows:
        book[template_book.LEADS].append(row)
    book.save(path)
    return path


def test_every_column_is_recognised_by_itself(book):
    filled_in(book, ["Ana Souza", "02065550123", "ana@example.com", "google_ads", "form", "new",
                     "0f6c1d52-3b7e-4c55-8a54-6d1b0e9f7a01", "buyer", "400"])  # fmt: skip
    with open_table(book) as table:
        rows = [row.cells for row in table.rows()]
        guesses = match.propose(table.headers, rows)
    assert [guess.target for guess in guesses] == [
        "contact_name", "contact_phone", "contact_email", "source_platform", "source_type",
        "stage_slug", "owner_id", "lead_line", "custom_fields.budget_usd",
    ]  # fmt: skip
    assert [guess.reason for guess in guesses if guess.confidence == "similar"] == []
    assert check(guessing.from_guesses(guesses)) == []
    assert rows[0][1] == "02065550123"


def test_phones_and_ids_are_text_and_fixed_values_a_list(book):
    sheet = openpyxl.load_workbook(book)[template_book.LEADS]
    formats = {
        number: dimension.number_format
        for dimension in sheet.column_dimensions.values()
        for number in range(dimension.min, dimension.max + 1)
    }
    assert formats == dict.fromkeys(range(1, 10), "@")
    lists = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation}
    assert lists["H2:H1048576"] == '"buyer,seller"'
    platforms = fields.BY_NAME["source_platform"].values
    assert lists["D2:D1048576"] == f'"{",".join(platforms)}"'
    assert "One of: buyer, seller." in sheet["H1"].comment.text
    assert "Any notation" in sheet["B1"].comment.text


def test_the_examples_cannot_be_imported_by_accident(book):
    with pytest.raises(UnreadableFile, match="“Leads” has headings in row 1 but no rows"):
        open_table(book)
    with open_table(book, choice=Dialect(sheet=template_book.EXAMPLES)) as table:
        rows = [row.cells for row in table.rows()]
        proposed = guessing.from_guesses(match.propose(table.headers, rows))
    assert "No column is a name, a phone or an e-mail" in check(proposed)[0]


def test_a_new_customers_template_has_megas_fields_alone():
    book = openpyxl.load_workbook(io.BytesIO(template_book.write(people.customer("New"))))
    assert [cell.value for cell in book[template_book.LEADS][1]] == [
        "Full name", "Phone", "E-mail", "Source platform", "Source type", "stage_slug", "owner_id",
        "Lead line",
    ]  # fmt: skip
    assert book.sheetnames == ["Leads", "Examples (not imported)"]

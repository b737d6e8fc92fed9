"""A person uploads a sheet whose headings are merged, or stand in two rows."""

import openpyxl
import pytest

from imports.intake.dialect import Dialect
from imports.intake.table import SheetRow, open_table

ANN = ["1", "Ann Lee", "206 555 0123", "ann@example.com", "Bonn"]
BOB = ["2", "Bob Ray", "206 555 0124", "bob@example.com", "Ulm"]
NAMES = ["", "Name", "Phone", "E-mail", "City"]
JOINED = ["No", "Person Name", "Contact Phone", "Contact E-mail", "Home City"]

DOUBT = (
    "Rows 1 and 2 were both read as headings, the first of them as groups. If row 2 is a lead,"
    " choose row 1 for the headings."
)


@pytest.fixture
def opened(tmp_path):
    def make(rows, *merged, **choice):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append([cell or None for cell in row])
        for cells in merged:
            book.active.merge_cells(cells)
        book.save(tmp_path / "leads.xlsx")
        return open_table(tmp_path / "leads.xlsx", choice=Dialect(**choice))

    return make


def test_a_heading_over_two_columns_is_that_of_both(opened):
    with opened([["Name", "", "Phone"], ["Ann", "Lee", "206 555 0123"]], "A1:B1") as table:
        assert table.headers == ["Name", "Name", "Phone"]
        assert list(table.rows()) == [SheetRow(2, ["Ann", "Lee", "206 555 0123"])]
        assert not table.doubts


def test_groups_above_the_headings_are_said_with_them(opened):
    groups = ["No", "Person", "Contact", "", "Home"]
    rows = [groups, NAMES, ANN, BOB]

    with opened(rows, "A1:A2", "C1:D1") as table:
        assert table.headers == JOINED
        assert [row.number for row in table.rows()] == [3, 4]
        assert table.dialect.header_row == 2
        assert table.doubts == [DOUBT]
        found = table.dialect.as_dict()

    with opened(rows, "A1:A2", "C1:D1", **found) as again:
        assert again.headers == JOINED
    with opened(rows, "A1:A2", "C1:D1", header_row=1) as first:
        assert first.headers == ["No", "Person", "Contact", "Contact", "Home"]
        assert [row.number for row in first.rows()] == [2, 3, 4]


def test_groups_that_stand_below_a_title(opened):
    rows = [["Leads of autumn"], [], ["No", "Person", "Contact", "", "Home"], NAMES, ANN, BOB]

    with opened(rows, "A1:E1", "A3:A4", "C3:D3") as table:
        assert table.headers == JOINED
        assert [row.number for row in table.rows()] == [5, 6]


def test_groups_without_merged_cells_reach_to_the_next_one(opened):
    names = ["Name", "Phone", "City", "E-mail", "Since"]
    rows = [["Buyer", "", "Agent", "", ""], names]
    rows += [["Ann", "206 555 0123", "Bonn", "ann@example.com", "2026-11-03"]] * 3

    with opened(rows) as table:
        assert table.headers == [
            "Buyer Name", "Buyer Phone", "Agent City", "Agent E-mail", "Agent Since",
        ]  # fmt: skip
        assert table.doubts


@pytest.mark.parametrize(
    ("rows", "merged", "headers"),
    [
        # A title over the whole table is no group.
        ([["Our leads", "", ""], ["Name", "Phone", "City"], ["Ann", "1234567", "Bonn"]], "A1:C1",
         ["Name", "Phone", "City"]),
        # A first lead without values: its column with a heading of its own has a cell as well.
        ([["Name", "", "City"], ["Ann", "Lee", "Bonn"], ["Bob", "Ray", "Ulm"]], "A1:B1",
         ["Name", "Name", "City"]),
        # Columns without a heading.
        ([["Name", "", "E-mail", ""], ["Ann", "x", "", "y"], ["Bob", "x", "bob@example.com", "y"]],
         None, ["Name", "", "E-mail", ""]),
        # What a program says about its export.
        ([["By", "Ann", "", ""], ["Name", "Phone", "E-mail", "City"],
          ["Bob", "206 555 0124", "bob@example.com", "Ulm"]], None,
         ["By", "Ann", "", ""]),
    ],
)  # fmt: skip
def test_what_is_not_a_row_of_groups(opened, rows, merged, headers):
    with opened(rows, *([merged] if merged else [])) as table:
        assert table.headers == headers
        assert not any("both read as headings" in doubt for doubt in table.doubts)

"""Files as ad platforms, CRMs and spreadsheet programs of many countries write them."""

import pytest

from imports.intake.table import open_table
from imports.tests.intake import text_corpus


@pytest.mark.parametrize("sheet", text_corpus.ALL, ids=lambda sheet: sheet.name)
def test_a_file_is_read_as_it_was_meant(tmp_path, sheet):
    path = tmp_path / "leads"
    path.write_bytes(sheet.content)

    with open_table(path) as table:
        rows = list(table.rows())

        assert (table.headers, [row.cells for row in rows]) == (sheet.headings, sheet.below)
        assert (table.dialect.encoding, table.dialect.delimiter) == (
            sheet.encoding,
            sheet.delimiter,
        )
        assert table.dialect.header_row == sheet.header_row
        assert {row.number: row.note for row in rows if row.note} == sheet.notes

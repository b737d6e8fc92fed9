"""Rows of a sheet come to the reader in pieces, undivided wherever their cells allow it."""

from hypothesis import given
from hypothesis import strategies as st

from imports.intake import frames, workbook
from imports.intake.batches import Even, Numbering, SheetRow

CELLS = st.lists(
    st.text(st.sampled_from('ab ,\n\t"\\\x00\x1e\x1f\xa0ä😀')) | st.integers(0, 9), max_size=4
)
WIDTH = 3


def batches_of(*sheets):
    numbering = Numbering(2, range(WIDTH + 1), lambda *row: SheetRow(row[0], row[1], "odd"))
    return [batch for rows in sheets for batch in numbering.batches(sent(rows))]


def sent(rows):
    """What the reader makes of rows that the child has sent."""
    frame = frames.packed_rows(rows)
    assert frames.length(frame) == len(frame) - frames.HEAD
    return workbook._block(frames.unpacked(frame[: frames.HEAD], frame[frames.HEAD :]))


def rows_of(batches):
    return [
        row for batch in batches for row in (batch.rows() if isinstance(batch, Even) else batch)
    ]


def test_full_and_short_rows_are_not_divided():
    (batch,) = batches_of([["Ann", "a\nb", 2065550123.0], ["Bob", "", ""], ["", "Bonn", ""]])

    assert isinstance(batch, Even)
    assert list(batch.rows()) == [
        SheetRow(2, ["Ann", "a\nb", "2065550123"]),
        SheetRow(3, ["Bob"]),
        SheetRow(4, ["", "Bonn"]),
    ]


def test_blank_wide_and_odd_rows_are_looked_at_one_by_one():
    for odd in ([" ", "\xa0"], ["Ann", "1", "2", "3"], ["A\x00nn"]):
        batches = batches_of([["Bob"], odd, ["Cem"]])

        assert not any(isinstance(batch, Even) for batch in batches)
        assert [row.number for row in rows_of(batches)] == [2, 3, 4]


def test_rows_behind_blank_ones_keep_their_numbers():
    blank, ann = [["", ""]] * 3, [["Ann", "Bonn"]] * 2

    rows = rows_of(batches_of(ann, blank, ann, ann, blank))

    assert [(row.number, bool(row.cells)) for row in rows] == [
        (2, True), (3, True), (4, False), (5, False), (6, False), (7, True), (8, True), (9, True),
        (10, True),
    ]  # fmt: skip


@given(st.lists(st.lists(CELLS, min_size=1)))
def test_any_rows_arrive_as_they_were(sheets):
    cells = [[str(cell) for cell in row] for rows in sheets for row in rows]
    filled = [n for n, row in enumerate(cells, start=2) if "".join(row).replace("\0", "").strip()]
    expected = {n: [cell.replace("\0", "") for cell in cells[n - 2]] for n in filled}

    found = {row.number: row for row in rows_of(batches_of(*sheets)) if row.cells}

    assert {n: without_blank_end(row.cells) for n, row in found.items()} == {
        n: without_blank_end(row) for n, row in expected.items()
    }
    odd = {n for n, row in found.items() if row.note}
    assert odd == {
        n
        for n in filled
        if len(without_blank_end(cells[n - 2])) > WIDTH or "\0" in "".join(cells[n - 2])
    }


def without_blank_end(cells):
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells

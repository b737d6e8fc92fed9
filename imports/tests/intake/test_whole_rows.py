"""An OpenDocument in pieces: whole rows, and no work that grows by the square of its size."""

import time

from hypothesis import given
from hypothesis import strategies as st

from imports.intake import shown_ods
from imports.intake.ods_look import ROW_END, TABLE_END, WholeRows

PARTS = st.lists(st.sampled_from([ROW_END, TABLE_END, b"<a>", b"</table:", b"table", b">"]))


@given(parts=PARTS, size=st.integers(1, 40))
def test_windows_end_where_a_row_does_and_nothing_is_lost(parts, size):
    content = b"".join(parts)
    whole = WholeRows()

    windows = [whole.cut(content[at : at + size]) for at in range(0, len(content), size)]

    marks = [mark for mark in (ROW_END, TABLE_END) if mark in content]
    end = max((content.rfind(mark) + len(mark) for mark in marks), default=0)
    assert b"".join(windows) == content[:end]
    assert all(window.endswith((ROW_END, TABLE_END)) for window in windows if window)
    assert whole.waiting == len(content) - end


def test_a_row_without_an_end_costs_each_of_its_bytes_once():
    whole = WholeRows()
    piece = b"x" * 1_000

    for _ in range(1_000):
        assert whole.cut(piece) == b""
        assert len(whole._tail) < len(ROW_END), "all that is searched again"

    assert whole.waiting == 1_000_000
    assert whole.cut(ROW_END) == piece * 1_000 + ROW_END


def test_tags_that_never_end_are_passed_at_once():
    """They took a minute: for each of them all that follows was searched."""
    cell = b'office:value-type="float" office:value="7"'
    began = time.process_time()

    for hostile in (b"<office:annotation>", b"<text:p>", b"<text:p ", b"<", b"<table:table-cell '"):
        content = hostile * 20_000
        assert shown_ods._text(cell, content) == ""
        row = b"<table:table-cell " + cell + b">" + content + b"</table:table-cell>"
        assert shown_ods._cells(row + content) == []

    assert time.process_time() - began < 10


def test_what_a_cell_shows_is_its_own_text_and_not_that_of_its_notes():
    note = b"<office:annotation office:display='true'><text:p>a note</text:p></office:annotation>"
    cell = b'office:value-type="float" office:value="7"'

    text = shown_ods._text(cell, note + note + b"<text:p>0<text:span>07</text:span></text:p>")

    assert text == "007"

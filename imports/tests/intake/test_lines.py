"""A text in blocks is the text, wherever its blocks end."""

from unittest import mock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imports.intake import lines
from imports.intake.encoding import Encoding

UTF_8 = Encoding("utf-8", 0)
SWAPPED = str.maketrans("\x1e\n\x1d\r", "\n\x1e\r\x1d")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("lines") / "records.txt"


def read(path, text, size, **how):
    path.write_bytes(text.encode())
    with mock.patch.multiple(lines, FIRST_BLOCK=size, BLOCK=size):
        return list(lines.blocks(path, UTF_8, **how))


def without_its_line_end(record):
    start = next((end for end in ("\r\n", "\n") if record.startswith(end)), "")
    return record.removeprefix(start)


@given(text=st.text(st.sampled_from("aä\x1f\x1e\x1d\r\n")), size=st.integers(1, 12))
@example(text="a\x1e\n\nb\x1e", size=4)
@example(text="a\x1e\r\n\r\nb\x1e", size=3)
@example(text="a\x1e\x1d\nb", size=3)
def test_one_line_end_behind_each_rs_is_left_out_wherever_blocks_end(path, text, size):
    records = map(without_its_line_end, text.split("\x1e"))

    found = read(path, text, size, records=True)

    assert "".join(found) == "\x1e".join(records).translate(SWAPPED)


@given(text=st.text(st.sampled_from("aä,\r\n")), size=st.integers(1, 12))
def test_other_texts_come_as_they_are_in_whole_lines(path, text, size):
    found = read(path, text, size)

    assert "".join(found) == text
    assert all(block.endswith(("\r", "\n")) for block in found[:-1])

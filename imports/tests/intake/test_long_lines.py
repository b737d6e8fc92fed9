"""Lines and words of any length cost what they are long, and no more: a person waits for the look.

What takes the square of its length would need minutes here; each story has some seconds.
"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.intake import encoding, likelihood

SOON = pytest.mark.timeout(20)


def found(path, content):
    path.write_bytes(content)
    return encoding.find(path)


@SOON
def test_one_accent_below_a_megabyte_of_long_lines_is_found_soon(tmp_path):
    line = b"Ann Lee;" + b"met at the fair, " * 6_000 + b"\r\n"

    seen = found(tmp_path / "leads.csv", b"Name;Note\r\n" + line * 10 + b"Zo\xeb;met at home\r\n")

    assert seen.name == "cp1252"
    assert "such as “Zoë”" in seen.doubts[0]


@SOON
def test_an_accent_beside_a_word_without_an_end_is_found_soon(tmp_path):
    seen = found(tmp_path / "leads.csv", b"Name;Key\r\n" + b"Ax9" * 80_000 + b";Zo\xeb\r\n")

    assert seen.name == "cp1252"


@SOON
def test_the_names_shown_as_a_sample_are_found_soon_behind_such_a_word():
    doubt = encoding._doubt("cp1252", b"Ax9" * 21_500 + b";Zo\xeb")

    assert "such as “Zoë”" in doubt


@pytest.fixture
def judged(monkeypatch):
    """How many bytes were judged in each encoding that came into question."""
    sizes, likelihood_of = [], likelihood._likelihood

    def noted(words, codec):
        sizes.append(len(words))
        return likelihood_of(words, codec)

    monkeypatch.setattr(likelihood, "_likelihood", noted)
    return sizes


@pytest.mark.parametrize("mark", [b";", b"\xfc"])
def test_somebody_who_waits_waits_for_four_kilobytes_of_names(tmp_path, judged, mark):
    """However many there are, and if they are one word."""
    path = tmp_path / "leads.csv"
    names = (f"M\xfcller{n}".encode("cp1252") for n in range(40_000))
    path.write_bytes(b"Name;City\r\n" + mark.join(names) + b"\r\n")

    assert encoding.find(path).name == "cp1252"
    assert max(judged) <= 4 * 1024

    assert encoding.find(path, thorough=True).name == "cp1252"
    assert 15 * 1024 < max(judged) <= 16 * 1024


@pytest.mark.parametrize("before", ["", "x"])
@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("王伟住在北京市朝阳区", "gb18030"),
        ("佐藤健東京都新宿区さくら", "cp932"),
        ("김민수서울특별시강남구", "cp949"),
    ],
)
def test_a_long_text_without_spaces_may_be_cut_within_a_character(tmp_path, text, codec, before):
    seen = found(tmp_path / "leads.csv", f"N;X\r\n1;{before}{text * 2_000}\r\n".encode(codec))

    assert seen.name == codec


# What may stand in a text, chosen so that short ones have lines, words and ends of them.
BYTES = st.lists(st.sampled_from([*b"aZ_0;,.\n\r\x1e\x00/:?@ ", 0x80, 0xE9, 0xFF])).map(bytes)
TEXTS = st.text(st.sampled_from("aZ_0;.\n é'“Łя٣張²"))


@given(BYTES)
def test_the_lines_beyond_ascii_are_those_with_a_byte_beyond_it(content):
    lines = re.split(rb"[\r\n\x1e]", content)

    assert encoding.HIGH_LINE.findall(content) == [line for line in lines if not line.isascii()]


@given(BYTES)
def test_the_words_beyond_ascii_are_those_with_a_byte_beyond_it(content):
    words = re.split(rb"[\x00-\x2f\x3a-\x3f]", content)

    assert likelihood.WORD.findall(content) == [word for word in words if not word.isascii()]


@given(TEXTS)
def test_the_sample_shown_is_of_words_with_a_letter_beyond_ascii(text):
    words = re.split(r"\W", text)

    assert encoding.BEYOND_ASCII.findall(text) == [word for word in words if not word.isascii()]

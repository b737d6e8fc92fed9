"""What cannot be seen: what goes, what stays because a script needs it, what is said of it."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal import characters

SEEN_THOUGH_OF_FORMAT = {  # signs before or around numbers and names, drawn like any other
    0x0600, 0x0601, 0x0602, 0x0603, 0x0604, 0x0605, 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2,
    0x110BD, 0x110CD,
}  # fmt: skip
HIDDEN = [
    chr(code)
    for first, last in characters.HIDDEN
    for code in range(first, min(last, first + 300) + 1)
]
SPACES = [chr(code) for first, last in characters.SPACES for code in range(first, last + 1)]
TEXTS = st.text(
    st.one_of(
        st.sampled_from(HIDDEN),
        st.sampled_from(
            "aé9@کीर्😀❤👩邉🏴#\u20e3 \u00a0\u3000\u200c\u200d\ufe0f\U000e0067\U000e007f"
        ),
        st.characters(),
    ),
    max_size=30,
)


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",  # I want
        "ک\u200d",
        "श्री\u200dमान",
        "ಗ್ರಾಫ್\u200c",
        "Ana 👩🏽\u200d💻 ❤\ufe0f\u200d🔥 1\ufe0f\u20e3",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # Scotland
        "渡邉\U000e0100",  # one of the ways in which families write it
        "ᠮᠣᠩᠭᠣᠯ\u180e\u182a\u180b",
    ],
)
def test_what_a_script_needs_is_kept_and_not_marked(text):
    assert characters.clean(text) == text
    assert characters.spelt(text) == text
    assert characters.said(text) == ""


@pytest.mark.parametrize(
    ("text", "left", "said"),
    [
        ("jane@x\u200b.com", "jane@x.com", "zero width space"),
        ("Jane\u200d Doe", "Jane Doe", "zero width joiner"),
        ("\u202a+1 2\u202c", "+1 2", "left-to-right embedding, pop directional formatting"),
        ("\u3164", "", "hangul filler"),
        ("a\ufe0f\u200d👩", "a👩", "variation selector-16, zero width joiner"),
        ("Bob\U000e0068", "Bob", "tag latin small letter h"),
        ("x\x00\ufdd0\ud800", "x", "control character, no character, half a character"),
        ("\u00ad\u200b\u2060\u200e", "", "soft hyphen, zero width space, word joiner and others"),
    ],
)
def test_strays_go_and_are_named(text, left, said):
    assert characters.clean(text) == left
    count = len(text) - len(left)
    many = "an invisible character" if count == 1 else f"{count} invisible characters"
    assert characters.said(text) == f"{many} ({said})"


def test_a_mark_stands_where_the_stray_stood():
    assert characters.spelt("invoice\u202egpj.csv") == "invoice[U+202E]gpj.csv"
    assert characters.spelt("\U000e0061") == "[U+E0061]"


def test_every_character_of_format_that_is_not_drawn_is_known():
    missed = {
        code
        for code in range(0x110000)
        if unicodedata.category(chr(code)) == "Cf" and characters.bare(chr(code))
    }
    assert missed == SEEN_THOUGH_OF_FORMAT


def test_every_space_is_known():
    assert {c for c in map(chr, range(0x110000)) if c.isspace() and characters.bare(c)} == set(
        SPACES
    )


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_comes_back_as_the_same_object(text):
    for function in (characters.clean, characters.bare, characters.alike, characters.spelt):
        assert function(text) is text


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Cn", "Co", "Mn"])))
def test_text_of_letters_comes_back_as_it_was(text):
    seen = text.translate(dict.fromkeys(map(ord, "\u115f\u1160\u3164\uffa0\u2800"), "o"))
    assert characters.clean(seen) == characters.bare(seen) == characters.spelt(seen) == seen


@settings(max_examples=500)
@given(TEXTS)
@example("a\ufe0f\u200d👩")
def test_cleaning_twice_is_cleaning_once(text):
    once = characters.clean(text)
    assert characters.clean(once) == once
    assert characters.strays(once) == []
    assert len(once) == len(text) - len(characters.strays(text))
    assert characters.strays(characters.spelt(text)) == []


@settings(max_examples=500)
@given(TEXTS, st.lists(st.tuples(st.integers(0, 40), st.sampled_from(HIDDEN)), max_size=8))
def test_whatever_is_put_in_anywhere_compares_the_same(text, added):
    other = text
    for place, character in added:
        other = other[:place] + character + other[place:]
    assert characters.bare(other) == characters.bare(text)
    assert characters.alike(other) == characters.alike(text)
    assert characters.seen(other) == characters.seen(text)


@given(st.lists(st.text("abc", min_size=1), min_size=1), st.sampled_from(SPACES))
def test_odd_spaces_are_spaces(words, space):
    assert characters.seen(space + (space * 2).join(words) + space) == " ".join(words)

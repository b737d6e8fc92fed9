"""Pages show what cannot be seen, and send back what was there."""

import re

from hypothesis import given
from hypothesis import strategies as st

from portal import characters, marks

RLO = "\u202e"
BADGE = (
    '<bdi class="char" title="right-to-left override">[U+202E]'
    '<span class="visually-hidden"> (right-to-left override)</span></bdi>'
)


def test_a_stray_between_tags_becomes_a_mark_with_its_name():
    page = f"<p>a{RLO}b</p>"
    assert marks.marked(page) == f"<p>a{BADGE}b</p>"


def test_where_no_element_may_stand_the_mark_is_text():
    page = f"<title>a{RLO}b</title><option value='x'>c{RLO}</option>"
    assert marks.marked(page) == "<title>a[U+202E]b</title><option value='x'>c[U+202E]</option>"


def test_what_is_read_aloud_is_spelt_and_what_is_sent_back_is_not():
    page = f'<input value="a{RLO}" aria-label="Row {RLO} > 5"><textarea>{RLO}</textarea>'
    assert marks.marked(page) == (
        f'<input value="a{RLO}" aria-label="Row [U+202E] > 5"><textarea>{RLO}</textarea>'
    )


def test_joiners_of_a_script_and_plain_pages_are_left_alone():
    page = "<p>می\u200cخواهم 👩\u200d💻</p>"
    assert marks.marked(page) == page
    plain = "<p>“Ana” …</p>"
    assert marks.marked(plain) is plain


@given(st.text(st.sampled_from("<>\"'ab =/!-\u202e\u200b\ufeff"), max_size=60))
def test_nothing_but_marks_is_added_whatever_the_page_is(page):
    shown = marks.marked(page)
    without = re.sub(r'<bdi class="char".*?\[(U\+\w+)\].*?</bdi>', r"[\1]", shown)
    assert without.replace("[U+", "").count("<") == page.count("<")
    assert characters.bare(re.sub(r"\[U\+\w{4}\]", "", without)) == characters.bare(page)

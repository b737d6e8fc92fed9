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


class Counted:
    """The careful look at a text, which costs a hundred times the first one, and how long it is."""

    def __init__(self, pattern):
        self.looked = 0
        self._pattern = pattern

    def __getattr__(self, name):
        def called(*args):
            self.looked += len(args[-1])
            return getattr(self._pattern, name)(*args)

        return called


def test_one_stray_costs_a_careful_look_at_its_own_cell_only(monkeypatch):
    careful = Counted(characters._HOME_OR_STRAY)
    monkeypatch.setattr(characters, "_HOME_OR_STRAY", careful)
    row = "<tr><td>Ana – 206 555 0101</td></tr>\n"

    shown = marks.marked(row * 1_000 + f"<p>a{RLO}b</p>" + row * 1_000)

    assert shown == row * 1_000 + f"<p>a{BADGE}b</p>" + row * 1_000
    assert careful.looked == 3

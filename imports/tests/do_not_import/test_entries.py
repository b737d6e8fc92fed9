"""An entry is found in whatever spelling it comes, and no more than a hash of it is kept."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.columns import check, guessing, match
from imports.do_not_import import entries
from imports.do_not_import.entries import Entry


def read(text, region="US"):
    return [(one.entry.kind.value, one.entry.value) if one.entry else one.why.split()[3]
            for one in entries.read_lines(text, region)]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Ana@Example.COM", [("email", "ana@example.com")]),
        ("Ana Souza <Ana@example.com>", [("email", "ana@example.com")]),
        ("Souza, Ana <Ana@example.com>", [("email", "ana@example.com")]),
        ("mailto:ana@example.com", [("email", "ana@example.com")]),
        ("ana@example.com; ben@example.com",
         [("email", "ana@example.com"), ("email", "ben@example.com")]),
        ("(206) 555-0123", [("phone", "2065550123")]),
        ("+44 20 7946 0958", [("phone", "2079460958")]),
        ("2065550123.0", [("phone", "2065550123")]),
        ("Tel: 206.555.0123", [("phone", "2065550123")]),
        ("ACME-Corp.com", [("domain", "acme-corp.com")]),
        ("@acme-corp.com", [("domain", "acme-corp.com")]),
        ("https://www.acme-corp.com/contact", [("domain", "acme-corp.com")]),
        ("*.acme-corp.com", [("domain", "acme-corp.com")]),
        ("münchen-bäder.de", [("domain", "xn--mnchen-bder-r8a5s.de")]),
    ],
)  # fmt: skip
def test_what_is_written_is_understood(typed, found):
    kinds = [kind for kind, _ in found]
    assert [kind for kind, _ in read(typed)] == kinds
    if "xn--" not in found[0][1]:
        assert read(typed) == found


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("Ana Souza", "neither"),
        ("ana@", "e-mail"),
        ("not an@address", "e-mail"),
        ("07x 555", "number"),
        ("0000000000", "number"),
        ("gmail.com", "have"),
    ],
)
def test_what_cannot_be_read_says_why(typed, why):
    (said,) = [one.why for one in entries.read_lines(typed, "US")]
    assert why in said


def test_lines_keep_their_numbers_and_blank_ones_count():
    found = list(entries.read_lines("ana@example.com\n\n  \nnobody\n206 555 0123", "US"))

    assert [(one.number, bool(one.entry)) for one in found] == [(1, True), (4, False), (5, True)]


def test_nothing_of_an_entry_shows_in_its_representation():
    line = next(entries.read_lines("ana@example.com", "US"))

    assert "ana" not in repr(line) + repr(line.entry)
    assert Entry(entries.EMAIL, "ana@example.com").hint == "a…@e….com"
    assert Entry(entries.PHONE, "2065550123").hint == "…23"
    assert Entry(entries.DOMAIN, "acme.co.uk").hint == "a….uk"


CHECKER = check.compile_mapping(guessing.from_guesses(match.propose(["Email", "Phone"], [])), "US")
LOCAL = st.from_regex(r"[a-z][a-z0-9]{1,8}(\.[a-z0-9]{1,5})?", fullmatch=True)
SPACE = st.sampled_from(["", " ", "\t", "  ", "\u00a0"])
CASE = st.sampled_from([str.upper, str.lower, str.title, str.swapcase])


@settings(deadline=None)
@given(LOCAL, st.sampled_from(["acme-corp.com", "mail.acme.co.uk"]), CASE, CASE, SPACE, SPACE)
def test_an_address_is_found_in_any_spelling(local, domain, listed, sent, before, after):
    address = f"{local}@{domain}"
    key = lead(f"{before}{sent(address)}{after}", "").email_key

    assert read(f"{after}{listed(address)}{before}") == [("email", key)]


NUMBER = st.from_regex(r"206[2-9][0-9]{2}[0-9]{4}", fullmatch=True)
STYLES = (
    "{0}{1}{2}", "({0}) {1}-{2}", "+1 {0} {1} {2}", "1-{0}-{1}-{2}", "{0}.{1}.{2}", "001{0}{1}{2}",
    "+1({0}){1}{2}", " {0} {1}-{2} ", "p: {0}-{1}-{2}", "'{0}{1}{2}", "{0}/{1}/{2}",
)  # fmt: skip


@settings(deadline=None)
@given(NUMBER, st.sampled_from(STYLES), st.sampled_from(STYLES))
def test_a_phone_is_found_in_any_format(number, listed, sent):
    parts = number[:3], number[3:6], number[6:]
    found = lead("", sent.format(*parts))
    if found.phone_key:  # made-up numbers are no contact
        assert read(listed.format(*parts)) == [("phone", found.phone_key)]


def lead(email, phone):
    """The row of a sheet, as it would be sent."""
    return CHECKER.check(2, [email, phone])

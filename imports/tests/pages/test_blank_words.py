"""Ines says which words are read as blank in a customer's names, phones and e-mails."""

import re

import pytest

from imports import tasks
from imports.columns import derive, profile, saved
from imports.columns.placeholders import MOST_OWN, USUAL, Words
from imports.delivery import control
from imports.models import ColumnProfile, Import, OnDuplicate
from imports.tests.pages import story
from imports.tests.pages.test_columns import columns_page, fields_of
from imports.tests.pages.test_remembered import sent
from imports.tests.thawed import thawed

SHEET = (
    "Full name,Phone,E-mail,Remark\r\n"
    "Ana Souza,n/a,ana@example.com,n/a\r\n"
    "Ben Okafor, N/A ,ben@example.com,none\r\n"
    "Chen Li,-,none,-\r\n"
    "Null,Kein Telefon,dora@example.com,\r\n"
)


@pytest.fixture
def made(ines, acme):
    return story.reviewed(acme, ines.user, content=SHEET)


def now(lead_import):
    return Import.objects.get(pk=lead_import.pk)


def words_page(client, lead_import):
    return client.get(f"/imports/{lead_import.pk}/columns/blank/")


def send(client, lead_import, *, without=(), own="", version=None):
    """The form as it stands, with these ticks taken away and these own words."""
    usual = re.findall(r'name="usual" value="([^"]*)"[^>]* checked',
                       story.text(words_page(client, lead_import)))  # fmt: skip
    fields = {
        "expected_version": version or now(lead_import).mapping.version,
        "usual": [word for word in map(unescaped, usual) if word not in without],
        "own": own,
    }
    return client.post(f"/imports/{lead_import.pk}/columns/blank/", fields)


def unescaped(text):
    return text.replace("&lt;", "<").replace("&gt;", ">")


def words(lead_import):
    return derive.mapping_of(now(lead_import)).words


def plain(page):
    return " ".join(re.sub(r"<[^>]+>", " ", story.text(page)).split())


def remembered(lead_import, chosen):
    """What a person chose before it was sent."""
    lead_import.mapping.content["blank_words"] = chosen.to_json()
    with thawed():
        lead_import.mapping.save()


def told(lead_import, number):
    lead = now(lead_import).leads.get(number=number, mapping=now(lead_import).mapping)
    return [problem["c"] for problem in lead.problems]


def test_the_page_of_the_columns_counts_them_in_the_contacts_of_the_whole_file(ines, made):
    page = plain(columns_page(ines, made))
    assert "n/a in 2 cells · - in 1 cell · none in 1 cell" in page, "the remarks are no contact"
    assert "Otherwise than usual" not in page


def test_words_that_stand_in_the_file_come_first_each_with_its_count(ines, made):
    page = plain(words_page(ines, made))
    assert "In this file's contacts n/a 2 cells - 1 cell none 1 cell" in page.replace("&#x27;", "'")
    assert "86 other usual words" in page
    ticked = re.findall(r'name="usual"[^>]* checked', story.text(words_page(ines, made)))
    assert len(ticked) == 3 + 86


def test_more_cells_than_are_kept_of_a_column_are_counted_too(ines, acme, monkeypatch):
    monkeypatch.setattr(profile, "MOST", 3)
    lines = "".join(f"Ann {n},{'NONE' if n % 2 else n},a{n}@example.com\r\n" for n in range(40))
    made = story.reviewed(acme, ines.user, content="Full name,Phone,E-mail\r\n" + lines)
    assert "none in 20 cells" in plain(columns_page(ines, made))


def test_ines_takes_one_out_and_adds_her_own(ines, made):
    answer = send(ines, made, without=["none"], own="Kein Telefon\r\n\r\n null \r\nkein telefon")
    assert answer["Location"] == f"/imports/{made.pk}/columns/"
    assert words(made) == Words(("kein telefon", "null"), ("none",))
    story.check(made)
    assert told(made, 4) == ["placeholder", "email_invalid"]
    assert told(made, 5) == ["placeholder", "placeholder"]
    page = plain(columns_page(ines, made))
    assert "none in 1 cell, but not read as blank" in page
    assert "are read as blank: also “kein telefon”, “null”; not “none”." in page
    shown = story.text(words_page(ines, made))
    assert "kein telefon null</textarea>" in shown
    assert re.search(r'value="none"[^>]*>', shown)[0].count("checked") == 0


def test_the_way_there_keeps_what_was_chosen_of_the_columns(ines, made):
    fields = fields_of(columns_page(ines, made)) | {"target_3": "", "shape": "blank"}
    answer = ines.post(f"/imports/{made.pk}/columns/", fields)
    assert answer["Location"] == f"/imports/{made.pk}/columns/blank/"
    assert derive.mapping_of(now(made)).columns[3].target is None


@pytest.mark.parametrize(
    ("own", "sentence"),
    [
        ("x" * 61, "is too long: a word that is read as blank has at most 60 characters."),
        ("\n".join(map(str, range(MOST_OWN + 1))), "At most 100 own words are read as blank"),
        ("NONE", "“none” is both added and taken out: choose one."),
    ],
)
def test_words_that_cannot_be_are_named_beside_the_control(ines, made, own, sentence):
    answer = send(ines, made, without=["none"], own=own)
    assert answer.status_code == 422
    page = story.text(answer)
    assert sentence in page
    assert 'aria-invalid="true"' in re.search(r"<textarea[^>]*>", page)[0]
    assert words(made) == USUAL


def test_who_reads_only_sees_the_words_and_no_button(vera, made):
    page = story.text(words_page(vera, made))
    assert "2 cells" in page
    assert "Use this and check all rows" not in page
    assert send(vera, made, own="x").status_code == 403


def test_a_colleagues_change_is_not_overwritten(ines, max_, made):
    send(max_, made, own="walk-in")
    assert words(made) == Words(("walk-in",))
    answer = send(ines, made, own="mine", version=1)
    assert answer.status_code == 409
    assert "Max Meyer changed the columns while you were at them" in story.text(answer)
    assert "Words read as blank: also “walk-in”" in story.text(answer)
    assert words(made).own == ("walk-in",)

    ines.post(f"/imports/{made.pk}/columns/blank/", fields_of(answer))
    assert words(made).own == ("mine",)  # what she typed stood there still


def test_who_was_at_the_columns_is_told_of_other_words(ines, max_, made):
    hers = fields_of(columns_page(ines, made))
    send(max_, made, own="walk-in")
    answer = ines.post(f"/imports/{made.pk}/columns/", hers | {"target_3": ""})
    assert "Words read as blank: also “walk-in”" in story.text(answer)
    ines.post(f"/imports/{made.pk}/columns/", fields_of(answer))
    assert words(made).own == ("walk-in",)


def test_the_next_file_of_the_customer_knows_them(ines, acme):
    first = sent(acme, ines.user, SHEET)
    remembered(first, Words(("kein telefon",), ("none",)))
    second = story.reviewed(acme, ines.user, content=SHEET.replace("Full name", "Client name"))
    assert words(second) == Words(("kein telefon",), ("none",))
    assert told(second, 5) == ["placeholder"]


def test_a_saved_mapping_brings_its_words_along_and_one_without_takes_none_away(ines, acme, made):
    bare, _ = saved.save(now(made), ines.user, "Bare", for_team=False)
    send(ines, made, own="walk-in")
    own, _ = saved.save(now(made), ines.user, "Own", for_team=False)
    later = story.reviewed(acme, ines.user, content=SHEET)
    saved.use(later, own, ines.user, expected_version=1)
    assert words(later).own == ("walk-in",)
    saved.use(now(later), bare, ines.user, expected_version=2)
    assert words(later).own == ("walk-in",)


def test_once_it_is_sent_they_are_frozen(ines, made):
    control.send(made, ines.user, on_duplicate=OnDuplicate.SKIP)
    page = story.text(words_page(ines, made))
    assert "The columns are frozen since sending began." in page
    assert "Use this and check all rows" not in page
    assert send(ines, made, own="x").status_code == 422
    assert words(made) == USUAL


def test_of_a_file_that_an_earlier_release_read_nothing_is_counted_and_that_is_said(ines, made):
    ColumnProfile.objects.filter(lead_import=made).update(blanks=None)
    assert "was not counted when it was read" in plain(columns_page(ines, made))
    assert "was not counted when it was read" in plain(words_page(ines, made))
    send(ines, made, own="kein telefon")
    assert words(made).own == ("kein telefon",)


def own_words(client, lead_import):
    page = plain(words_page(client, lead_import)).replace("&#x27;", "'")
    return page[page.index("Words of your own") :]


def test_own_words_are_counted_once_all_rows_are_checked_with_them(ines, made):
    assert "In this file's contacts:" not in own_words(ines, made)
    send(ines, made, own="Kein Telefon\r\nwalk-in\r\nnull")
    assert (
        "In this file's contacts: null in 1 cell Not counted yet: kein telefon · walk-in . That is"
        " done once all rows are checked, which is under way." in own_words(ines, made)
    )
    story.check(made)
    said = own_words(ines, made)
    assert (
        "In this file's contacts: kein telefon in 1 cell · walk-in in 0 cells · null in 1 cell"
        in said
    )
    assert "Not counted yet" not in said
    assert "kein telefon in 1 cell" in plain(columns_page(ines, made))


def test_those_of_the_customer_are_counted_as_the_file_is_read_before_any_row_is_checked(
    ines, acme
):
    first = sent(acme, ines.user, SHEET)
    remembered(first, Words(("kein telefon",)))
    second = story.uploaded(acme, ines.user, content=SHEET.replace("Full name", "Client name"))
    tasks.read(second.pk)
    assert now(second).leads.count() == 0
    assert "In this file's contacts: kein telefon in 1 cell" in own_words(ines, now(second))
    assert "kein telefon in 1 cell" in plain(columns_page(ines, now(second)))


def test_a_column_whose_values_are_known_tells_of_any_word_at_once(ines, acme):
    lines = "".join(
        f"Ann {n},a{n}@example.com,{'Walk-In ' if n % 4 else 'x'}\r\n" for n in range(40)
    )
    made = story.reviewed(acme, ines.user, content="Full name,E-mail,Remark\r\n" + lines)
    fields = fields_of(columns_page(ines, made)) | {"target_2": "contact_phone"}
    ines.post(f"/imports/{made.pk}/columns/", fields)
    send(ines, made, own="walk-in")
    page = own_words(ines, made)
    assert "Not counted yet: walk-in" in page, "nobody counted it in the names"
    ColumnProfile.objects.filter(lead_import=made, place__lt=2).update(blanks={"walk-in": 0})
    assert "In this file's contacts: walk-in in 30 cells" in own_words(ines, made)


def test_where_nothing_was_counted_own_words_are_not_either(ines, made):
    ColumnProfile.objects.filter(lead_import=made).update(blanks=None)
    send(ines, made, own="kein telefon")
    story.check(made)
    assert "was not counted when it was read" in plain(words_page(ines, made))
    assert "kein telefon in" not in own_words(ines, made)

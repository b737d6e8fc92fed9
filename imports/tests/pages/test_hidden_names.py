"""Names, headings and cells with characters that nobody sees, on every page and beyond."""

import re
import uuid

import pytest
from django.urls import NoReverseMatch, reverse

from imports import urls
from imports.columns import options
from imports.intake import drafts, suggest
from imports.models import Customer, Duplicates, Import, Notice
from imports.notices import words
from imports.tests.pages import story
from portal import characters, names
from portal.models import Team

RLO, ZWSP = "\u202e", "\u200b"
SPOOF = f"invoice_{RLO}vsc.jpg"
SHEET = (
    f"Full name,Phone,E-{ZWSP}mail,Source,Budget\r\n"
    f"Ana {RLO}Souza,(206) 555-0123,ana@example.com,Billboard{ZWSP},500\r\n"
    "Ben Okafor,07x 555,ben@example.com,Billboard,\r\n"
    "Chen Li,,not an address,billboard ,300\r\n"
    f"Dora Novak,(206) 555-0177,,{RLO}Referral,\r\n"
)
BADGE = '<bdi class="char" title="right-to-left override">[U+202E]'


@pytest.fixture
def odd(acme):
    """A customer, a team, a file, a heading and cells that hide something."""
    Customer.objects.update(name=f"Ac{RLO}me")
    Team.objects.update(name=f"No{RLO}rth")
    acme.refresh_from_db()
    return story.answered(acme, content=SHEET, name=SPOOF)


def addresses(lead_import):
    """Of every page that is about the import, its customer or its team, and of all lists."""
    for pattern in urls.urlpatterns:
        for arguments in ({}, {"pk": lead_import.pk}, {"slug": "acme"}, {"slug": "north"}):
            try:
                yield reverse(pattern.name, kwargs=arguments)
            except NoReverseMatch:
                continue


def shown_raw(page):
    """Strays that stand in a page as they are, save in what a form sends back."""
    return characters.strays(re.sub(r'(?<=\s)(?:value|data-copy)="[^"]*"', "", page))


def test_no_page_shows_them_as_they_are(max_, odd):
    person = Team.objects.get().memberships.get(user=max_.user).user
    person.name = f"Max {RLO}Meyer"
    person.save()
    seen = ""
    for path in addresses(odd):
        answer = max_.get(path, follow=True)
        if answer.get("Content-Type", "").startswith("text/html"):
            page = answer.content.decode()
            assert shown_raw(page) == [], path
            seen += page
    for hidden in ("Ac[U+202E]me", "No[U+202E]rth", "invoice_[U+202E]vsc.jpg"):
        assert hidden in re.sub(r"<[^>]*>| \([a-z- ]+\)", "", seen)
    assert f"<h1><bdi>Ac{BADGE}" in seen
    assert f"<bdi>invoice_{BADGE}" in seen


def test_the_file_page_says_what_the_name_hides(max_, odd):
    page = story.text(max_.get(f"/imports/{odd.pk}/file/"))
    assert "The name contains an invisible character (right-to-left override)" in page


def test_rows_and_columns_show_the_marks_and_a_form_sends_back_the_cell(max_, acme):
    lead_import = story.reviewed(acme, content=SHEET)
    rows = story.text(max_.get(f"/imports/{lead_import.pk}/rows/"))
    assert f"Ana {BADGE}" in rows
    assert "contained an invisible character (right-to-left override), removed" in rows
    columns = story.text(max_.get(f"/imports/{lead_import.pk}/columns/"))
    assert 'In the sheet: <bdi>E-<bdi class="char" title="zero width space">[U+200B]' in columns
    assert '<th scope="row">E-mail<p' in columns
    assert columns.count(f'value="Billboard{ZWSP}"') + columns.count('value="Billboard"') == 1
    assert "3 rows" in columns


def test_a_report_has_the_cells_as_they_were_read(max_, odd):
    report = b"".join(max_.get(f"/imports/{odd.pk}/report.csv").streaming_content).decode()
    assert f"Ana {RLO}Souza" in report
    assert f"E-{ZWSP}mail" in report


def test_the_same_person_twice_is_a_duplicate_whatever_hides_in_it(max_, acme):
    sheet = f"Name,E-mail\r\nAna,ana@example.com\r\nAna,ana{ZWSP}@example.com\r\n"
    lead_import = story.reviewed(acme, content=sheet)
    options.set_options(lead_import, max_.user, duplicates=Duplicates.FIRST)
    page = story.text(max_.get(f"/imports/{lead_import.pk}/rows/?result=duplicate"))
    assert "The same lead as row 2, which is sent." in page


def test_searching_finds_what_can_be_seen(max_, odd):
    assert f"Ac{BADGE}" in story.text(max_.get("/customers/?q=acme"))
    assert "No customer matches" not in story.text(max_.get(f"/customers/?q=a{ZWSP}cme"))
    assert "No customer matches" in story.text(max_.get("/customers/?q=akme"))
    max_.post("/history/search/", {"words": f"invoice_v{ZWSP}sc acme"})
    assert f"#{odd.pk}" in story.text(max_.get("/history/"))
    max_.post("/history/search/", {"words": "invoice_x"})
    assert "No import matches" in story.text(max_.get("/history/"))


def test_a_person_is_found_whatever_hides_in_the_cell_or_in_the_words(max_, acme):
    lead_import = story.reviewed(acme, content=SHEET)
    for words_typed, found in [("ana souza", 1), (f"a{ZWSP}na sou", 1), ("anasouza", 0)]:
        page = story.text(max_.post(f"/imports/{lead_import.pk}/rows/", {"person": words_typed}))
        assert f"{found} row" in page
        assert ("No row matches" in page) is not bool(found)


def test_a_mail_says_it_without_turning_around(odd):
    notice = Notice.objects.filter(lead_import=odd).latest("pk")
    assert words.subject(notice).endswith(f"import {odd.pk} for Ac[U+202E]me")


def test_a_browser_that_uploads_is_told_of_an_earlier_import_without_strays(max_, odd):
    asked = {"sha256": [odd.file_sha256]}
    told = max_.post("/customers/acme/known/", asked).json()["known"][odd.file_sha256]
    assert "for Ac[U+202E]me on" in told["sentence"]


def test_a_file_is_suggested_by_a_name_that_hides_something(max_, acme):
    draft = drafts.keep(max_.user, story.a_file(), f"ac{ZWSP}me {RLO}leads.csv", uuid.uuid4())
    found = suggest.for_drafts([draft], Customer.objects.all())[draft.pk]
    assert found.sure.customer == acme


@pytest.mark.parametrize("name", ["Leads May.csv", "Löads May.csv", f"Le{ZWSP}ads M{ZWSP}ay.csv"])
@pytest.mark.parametrize("word", ["leads", "LÖADS", "may", "ds", "csvx", "%", "_"])
def test_a_cheap_search_finds_what_a_careful_one_would(ines, acme, name, word):
    Import.objects.create(customer=acme, mega_id=acme.mega_id, file_name=name, file_size=1)

    cheap = Import.objects.filter(names.seen_in("file_name", word))

    assert list(cheap) == list(Import.objects.filter(file_name__seen__icontains=word))

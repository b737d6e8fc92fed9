"""Answers are found by a search of the help page, and where something fails a link leads there."""

import re

import pytest
from django.template import engines

from imports.models import Import, ImportState
from imports.tests.pages import story
from imports.tests.pages.test_help import help_page, links
from imports.tests.thawed import thawed
from imports.views import help_page as help_views
from imports.views.handbook import contents
from portal import views


@pytest.mark.parametrize(
    ("words", "anchor"),
    [
        ("slow", "asked-slow"),
        ("strange letters", "asked-letters"),
        ("sample", "asked-sample"),
        ("undo", "asked-undo"),
        ("rate (429)", "answer-too_many"),
        ("too many requests", "answer-too_many"),
        ("dry run", "about-dry_run"),
    ],
)
def test_a_search_finds_the_answers_to_questions(vera, words, anchor):
    assert f'id="{anchor}"' in help_page(vera, f"?q={words.replace(' ', '+')}")


def test_questions_are_a_section_like_the_others(vera):
    page = help_page(vera)
    assert '<a href="#asked">Questions</a>' in page
    assert page.count('id="asked"') == 1
    assert 'href="/help/sample.csv">Download it</a>' in help_page(vera, "?q=sample")


def test_the_help_has_the_keys_in_the_words_of_their_list(vera):
    assert help_page(vera).count("<dt><kbd>?</kbd></dt><dd>The list of keys</dd>") == 2


def test_each_of_many_links_says_about_what_it_is(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    page = story.text(ines.get(f"/imports/{lead_import.pk}/rows/"))
    said = re.findall(r'What this means(?:<span class="visually-hidden">: ([^<]+))?', page)
    assert len(said) > 1
    assert all(said)
    assert any("is not an e-mail address" in one for one in said)


@pytest.mark.parametrize(
    ("content", "name", "anchor"),
    [
        ("%PDF-1.7 ...", "list.pdf", "file-is-a-pdf"),
        ("Customer,MEGA id\r\n", "list.csv", "file-empty"),
        ("", "list.csv", "file-empty"),
        ("Colour,Size\r\nred,4\r\n", "list.csv", "asked-customers"),
    ],
)
def test_a_list_of_customers_that_is_refused_leads_to_why(max_, acme, content, name, anchor):
    list_ = {"file": story.a_file(content, name), "team": "north", "region": "US"}
    answer = max_.post("/customers/new/list/", list_)
    assert answer.status_code == 422
    assert anchor in links(story.text(answer))


def test_wrong_rows_of_a_list_lead_to_what_repairs_them(max_, acme):
    file = story.a_file("Customer,MEGA id\r\nRed Roof,12\r\n", "list.csv")
    kept = max_.post("/customers/new/list/", {"file": file, "team": "north", "region": "US"})
    assert "asked-customers" in links(story.text(max_.get(kept["Location"])))


def test_a_way_of_reading_that_fails_leads_to_why(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    address = f"/imports/{lead_import.pk}/file/preview/"
    page = story.text(ines.post(address, {"header_row": "400"}))
    assert "It cannot be read this way." in page
    assert any(one.startswith("file-") for one in links(page))


def test_books_that_do_not_balance_lead_to_what_that_means(ines, acme):
    lead_import = story.answered(acme, ines.user)
    with thawed():
        Import.objects.update(state=ImportState.INCONSISTENT, row_count=1)
    page = story.text(ines.get(f"/imports/{lead_import.pk}/send/"))
    assert 'id="books" href="/help/#state-inconsistent"' in page


@pytest.mark.parametrize(
    ("sentence", "anchor"),
    [
        ("The file is empty. Choose another one.", "file-empty"),
        ("The mapping was changed in the meantime.", None),
        ("Choose one of the roles for Ines.", None),
    ],
)
def test_a_note_leads_to_an_entry_where_one_is_about_its_file(sentence, anchor):
    shown = engines["django"].from_string("{% load help %}{% note_help said %}")
    assert links(shown.render({"said": sentence})) == ({anchor} if anchor else set())


def test_error_pages_lead_to_entries_that_are_there(vera):
    for entry in (views.ACCESS, *views.REFUSED.values(), "asked-wait"):
        assert entry in contents.anchors()
    assert 'href="/help/#asked-access"' in story.text(vera.get("/imports/999999/"))


def test_too_many_tries_lead_to_the_help_only_who_may_open_it(rf, vera):
    page = engines["django"].get_template("429.html")
    request = rf.get("/")
    request.user = vera.user
    assert links(page.render({"request": request})) == {"asked-wait"}
    assert links(page.render()) == set()


def test_the_sample_is_drawn_as_it_is_downloaded(ines, acme):
    page = story.text(ines.get("/imports/new/"))
    drawn = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", page.partition("What should the file")[2])
    assert tuple(drawn) == tuple(cell for line in help_views.SAMPLE for cell in line)


def test_quota_and_its_usual_size_do_not_contradict_each_other():
    for section in contents.sections():
        for entry in section.entries:
            assert "some ten requests" not in entry.means
    assert "the one that counts" in help_answer("about-quota")
    assert "the one that counts" in help_answer("asked-slow")


def help_answer(anchor):
    entries = [one for section in contents.sections() for one in section.entries]
    return next(one.means for one in entries if one.anchor == anchor)

"""Rows that the customer already got just so: told even while they go, left out by one click."""

import pytest

from imports.models import Event, Import, Lead, Unchanged
from imports.review import judge
from imports.tests import people
from imports.tests.pages import story


def review(browser, lead_import):
    return story.text(browser.get(f"/imports/{lead_import.pk}/review/"))


@pytest.fixture
def again(ines, acme):
    """The same sheet again, after MEGA created one of its rows and updated another."""
    story.answered(acme, ines.user)
    return story.reviewed(acme, ines.user)


def choose(browser, lead_import, choice):
    return browser.post(f"/imports/{lead_import.pk}/review/unchanged/", {"unchanged": choice})


def test_the_review_tells_of_them_even_though_they_are_sent(ines, again):
    page = review(ines, again)

    first = Import.objects.order_by("pk").first()
    assert "2 of 4 rows are unchanged since" in page
    assert f'by import <a href="/imports/{first.pk}/">#{first.pk}</a>' in page
    assert "MEGA's side may have changed since" in page.replace("&#x27;", "'")
    assert "Leave them out" in page
    assert "<strong>3</strong> <span>leads go to Acme</span>" in page


def test_ines_leaves_them_out_and_lets_them_in_again(ines, again):
    choose(ines, again, "skip")
    page = review(ines, again)
    assert "<strong>1</strong> <span>lead goes to Acme</span>" in page
    assert "They are left out, as was chosen here" in page
    assert "Send them again" in page
    assert Event.objects.filter(import_id=again.pk, facts={"unchanged": "skip"}).exists()

    choose(ines, again, "send")
    page = review(ines, again)
    assert "2 of 4 rows are unchanged since" in page
    assert "<strong>3</strong> <span>leads go to Acme</span>" in page


def test_what_it_saves_is_said_in_requests_and_minutes(ines, acme):
    many = "Name,E-mail\r\n" + "".join(f"P{n},p{n}@example.com\r\n" for n in range(2, 8002))
    first = story.reviewed(acme, ines.user, content=many)
    settled(first)
    again = story.reviewed(acme, ines.user, content=many.replace("p8001@", "other@"))

    page = review(ines, again)

    assert "7,999 of 8,000 rows are unchanged since" in page
    assert "leaving them out saves 16 requests, 1 min" in page
    choose(ines, again, "skip")
    assert "which saves 16 requests, 1 min" in review(ines, again)
    assert "Send 1 lead to Acme" in review(ines, again)


def settled(lead_import):
    """As if all of it had been created."""
    story.sent(lead_import, dict.fromkeys(range(2, lead_import.row_count + 2), "created"))


def test_the_rows_are_shown_whether_they_go_or_not(ines, again):
    rows = f"/imports/{again.pk}/rows/?why=unchanged"
    for choice in ("send", "skip"):
        choose(ines, again, choice)
        page = story.text(ines.get(rows))
        assert "2 rows match" in page
        assert 'id="row-2"' in page
        assert 'id="row-5"' not in page


def test_a_file_of_other_people_says_nothing_of_it(ines, acme):
    story.answered(acme, ines.user)
    other = story.reviewed(acme, ines.user, content="Name,E-mail\r\nZoe,zoe@example.com\r\n")
    assert "Unchanged rows" not in review(ines, other)


def test_nothing_of_it_is_remembered_for_the_next_file(ines, again, acme):
    choose(ines, again, "skip")
    third = story.reviewed(acme, ines.user)
    assert third.unchanged == Unchanged.SEND
    assert "They are sent again as things stand" in review(ines, third)


@pytest.mark.parametrize("said", [{}, {"unchanged": "perhaps"}])
def test_nonsense_gets_a_sentence_and_changes_nothing(ines, again, said):
    page = ines.post(f"/imports/{again.pk}/review/unchanged/", said, follow=True)
    assert "Choose whether unchanged rows are left out or sent again." in story.text(page)
    assert Import.objects.get(pk=again.pk).unchanged == Unchanged.SEND


def test_a_viewer_reads_it_and_a_stranger_finds_nothing(vera, sam, again):
    page = review(vera, again)
    assert "2 of 4 rows are unchanged since" in page
    assert "Leave them out" not in page
    assert choose(vera, again, "skip").status_code == 403
    assert choose(sam, again, "skip").status_code == 404


def test_judging_one_row_anew_equals_judging_all(ines, again):
    marks = Lead.objects.filter(lead_import=again).order_by("number")
    wanted = list(marks.values_list("number", "verdict", "repeats"))
    assert [bool(one) for *_, one in wanted] == [True, True, False, False]
    Lead.objects.filter(lead_import=again, number=3).update(repeats=None)

    judge.apply(again, [3])
    assert list(marks.values_list("number", "verdict", "repeats")) == wanted

    Lead.objects.filter(lead_import=again, number=3).update(digest=b"another")
    judge.apply(again, [3])
    assert marks.get(number=3).repeats is None


def test_another_customers_import_never_counts(ines, acme):
    story.answered(acme, ines.user)
    other = story.reviewed(people.customer("Bolt"), ines.user)
    assert "Unchanged rows" not in review(ines, other)

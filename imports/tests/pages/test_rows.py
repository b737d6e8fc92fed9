"""The rows of an import, narrowed down and looked into."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imports.tests.pages import story


@pytest.fixture
def done(ines, acme):
    return story.answered(acme, ines.user)


def rows(client, lead_import, query=""):
    return story.text(client.get(f"/imports/{lead_import.pk}/rows/{query}"))


def test_every_row_shows_its_result_its_cells_and_its_problems(ines, done):
    page = rows(ines, done)
    assert "4 rows" in page
    for word in ("Created", "Updated", "Failed", "Invalid"):
        assert word in page
    assert "<dt>E-mail</dt><dd>not an address</dd>" in page
    assert "no such stage" in page
    assert "lead-2" in page


def test_results_are_chips_in_the_address(ines, done):
    page = rows(ines, done, "?result=failed")
    assert "1 row match" in page
    assert "Dora Novak" in page
    assert "Ana Souza" not in page
    assert 'href="?result=failed" aria-current="true"' in page
    assert f'href="/imports/{done.pk}/report.csv?rows=failed"' in page


def test_a_problem_is_a_chip_that_can_be_taken_off(ines, done):
    page = rows(ines, done, "?problem=phone_letters&column=1")
    assert "Phone has letters in Phone" in page
    assert "Ben Okafor" in page
    assert "Ana Souza" not in page
    assert rows(ines, done, "?problem=phone_letters&column=2").count("<details") == 0


def test_a_person_is_searched_for_by_post_and_never_stands_in_an_address(ines, done):
    found = story.text(ines.post(f"/imports/{done.pk}/rows/", {"person": "chen"}))
    assert "Chen Li" in found
    assert "Ana Souza" not in found
    assert "person=" not in found
    assert 'value="chen"' in found
    assert "4 rows" in rows(ines, done, "?person=chen")


def test_people_are_found_among_the_rows_of_one_result_a_hundred_at_a_time(ines, acme):
    sheet = "Name,E-mail\r\n" + "".join(
        f"{'Ann' if i % 3 else 'Bob'} {i},{'not an address' if i % 2 else f'p{i}@example.com'}\r\n"
        for i in range(400)
    )
    lead_import = story.reviewed(acme, ines.user, content=sheet)
    address = f"/imports/{lead_import.pk}/rows/?result=invalid"

    first = story.text(ines.post(address, {"person": "aNN"}))
    assert "133 rows match" in first
    assert first.count("<details") == 100
    assert "Bob" not in first
    last = 301  # "Ann 299", the hundredth of the odd ones that 3 does not divide
    assert f'action="?result=invalid&amp;after={last}"' in first

    second = story.text(ines.post(f"{address}&after={last}", {"person": "aNN"}))
    assert second.count("<details") == 33
    assert "Next rows" not in second


def test_signs_that_mean_something_to_a_database_are_only_signs(ines, acme):
    sheet = "Name,E-mail\r\nAnn 100%,a@example.com\r\nBo_b,b@example.com\r\nC\\D,c@example.com\r\n"
    lead_import = story.reviewed(acme, ines.user, content=sheet)
    for words, name in (("0%", "Ann 100%"), ("o_B", "Bo_b"), ("c\\d", "C\\D")):
        found = story.text(ines.post(f"/imports/{lead_import.pk}/rows/", {"person": words}))
        assert "1 row match" in found
        assert name in found


def test_the_rows_of_one_result_are_counted_by_the_balance_sheet_alone(ines, done):
    with CaptureQueriesContext(connection) as asked:
        assert "1 row match" in rows(ines, done, "?result=failed")

    walked = [one["sql"] for one in asked if "imports_row" in one["sql"] and "count(" in one["sql"]]
    assert walked == []


def test_nobody_found_differs_from_nothing_there(ines, acme, done):
    nobody = story.text(ines.post(f"/imports/{done.pk}/rows/", {"person": "zorro"}))
    assert "No row matches" in nobody
    assert "Show all rows" in nobody
    empty = story.uploaded(acme, ines.user, "Name\r\nEd\r\n")
    assert "still being read" in rows(ines, empty)


def test_nonsense_in_the_address_narrows_nothing(ines, done):
    assert "4 rows" in rows(ines, done, "?result=gold&after=-1&column=x&problem=%27%3B--")


def test_long_lists_go_on_after_the_last_row_number(ines, acme):
    many = "Name,E-mail\r\n" + "".join(f"P{i},p{i}@example.com\r\n" for i in range(150))
    lead_import = story.reviewed(acme, ines.user, content=many)
    page = rows(ines, lead_import)
    assert page.count("<details") == 100
    assert 'href="?after=101"' in page
    second = rows(ines, lead_import, "?after=101")
    assert second.count("<details") == 50
    assert "Next rows" not in second
    assert "shown after row 101" in second


def test_cells_are_text_and_nothing_else(ines, acme):
    hostile = "Name,E-mail\r\n<script>alert(1)</script>,ed@example.com\r\n"
    lead_import = story.reviewed(acme, ines.user, content=hostile)
    for page in ("rows", "columns", "review"):
        shown = story.text(ines.get(f"/imports/{lead_import.pk}/{page}/"))
        assert "<script>alert" not in shown

"""All imports of one's teams, found again."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from imports.models import Import
from imports.tests import people
from imports.tests.pages import story
from imports.views import by_key


@pytest.fixture
def imports(ines, max_, acme):
    """An old one of Max, a new one of Ines, one of another customer."""
    old = story.answered(acme, max_.user, name="spring.csv")
    Import.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=400))
    new = story.reviewed(acme, ines.user, name="autumn.csv")
    other = story.uploaded(people.customer("Zenith"), ines.user, name="zenith.csv")
    return old, new, other


def listed(page):
    return [name for name in ("spring.csv", "autumn.csv", "zenith.csv") if f">{name}<" in page]


def history(client, query=""):
    return story.text(client.get(f"/history/{query}", follow=True))


def test_everything_is_there_newest_first_with_a_count(ines, imports):
    page = history(ines)
    assert listed(page) == ["spring.csv", "autumn.csv", "zenith.csv"]
    assert page.index("zenith.csv") < page.index("autumn.csv") < page.index("spring.csv")
    assert "3 imports" in page


def test_customer_and_file_have_a_column_each_where_several_customers_are_listed(ines, imports):
    page = history(ines)
    assert page.index(">Customer</th>") < page.index(">File</th>") < page.index(">State</th>")
    assert '<a href="/customers/zenith/"><bdi>Zenith</bdi></a></td>' in page
    of_customer = story.text(ines.get("/customers/acme/"))
    assert listed(of_customer) == ["spring.csv", "autumn.csv"]
    assert ">Customer</th>" not in of_customer


def test_filters_by_customer_state_person_and_day(ines, max_, imports):
    assert listed(history(ines, "?customer=zenith")) == ["zenith.csv"]
    assert listed(history(ines, "?state=review")) == ["autumn.csv"]
    assert listed(history(ines, f"?who={max_.user.pk}")) == ["spring.csv"]
    day = (timezone.now() - timedelta(days=400)).date().isoformat()
    assert listed(history(ines, f"?since={day}&until={day}")) == ["spring.csv"]


def test_active_filters_are_chips_that_can_be_taken_off(ines, imports):
    page = history(ines, "?customer=acme&state=review")
    assert 'aria-label="No longer filter by Customer: Acme"' in page
    assert 'href="?customer=acme"' in page
    assert 'href="?reset"' in page


def test_filters_are_remembered_until_they_are_reset(ines, imports):
    history(ines, "?state=review")
    assert ines.get("/history/")["Location"] == "/history/?state=review"
    history(ines, "?reset")
    assert ines.get("/history/").status_code == 200


def test_words_are_searched_without_standing_in_the_address(ines, imports):
    answer = ines.post("/history/search/?state=review", {"words": "AUTUMN acme"})
    assert answer["Location"] == "/history/?state=review"
    page = history(ines, "?state=review")
    assert listed(page) == ["autumn.csv"]
    assert "“AUTUMN acme”" in page
    ines.post("/history/search/", {"words": f"#{imports[0].pk}"})
    assert listed(history(ines, "?reset=")) == ["spring.csv", "autumn.csv", "zenith.csv"]


def test_a_number_finds_the_import(ines, imports):
    ines.post("/history/search/", {"words": f"#{imports[0].pk}"})
    assert listed(history(ines)) == ["spring.csv"]


def test_no_match_differs_from_nothing_yet(ines, sam, imports):
    assert "No import matches" in history(ines, "?state=failed")
    assert "Nothing imported yet" in history(sam)


def test_the_list_is_exported_as_it_is_filtered(ines, imports):
    answer = ines.get("/history/export.csv?customer=zenith")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert ",Zenith,North,zenith.csv," in lines[1]
    assert re.search(r"Z,,,A file,$", lines[1])


def test_long_lists_have_pages(ines, acme):
    Import.objects.bulk_create(
        Import(customer=acme, mega_id=acme.mega_id, file_name=f"{i}.csv", file_size=1,
               file_sha256="0" * 64, on_duplicate="skip") for i in range(60)
    )  # fmt: skip
    page = history(ines)
    assert "50 of 60 imports shown" in page
    assert 'rel="prev"' not in page
    page = follow(ines, page, "next")
    assert "10 of 60 imports shown" in page
    assert 'rel="next"' not in page
    assert "50 of 60 imports shown" in follow(ines, page, "prev")
    assert "50 of 60 imports shown" in history(ines, "?after=none")


def follow(client, page, rel):
    """Press Older (next) or Newer (prev)."""
    found = re.search(rf'rel="{rel}" href="(\?[^"]+)"', page)
    return history(client, html.unescape(found[1]))


def numbers(page):
    return [int(number) for number in re.findall(r'<a href="/imports/(\d+)/">#', page)]


@pytest.fixture
def many(acme):
    """160 imports, the oldest first; every other one waits for its columns."""
    return Import.objects.bulk_create(
        Import(customer=acme, mega_id=acme.mega_id, file_name=f"{i}.csv", file_size=1,
               file_sha256="0" * 64, on_duplicate="skip", state=("mapping", "review")[i % 2])
        for i in range(160)
    )  # fmt: skip


def test_an_import_that_comes_in_meanwhile_shifts_no_page(ines, many, acme):
    newest_first = [one.pk for one in reversed(many)]
    first = history(ines)
    story.uploaded(acme, ines.user, name="zenith.csv")
    second = follow(ines, first, "next")
    assert numbers(first) + numbers(second) == newest_first[:100]
    back = follow(ines, second, "prev")
    assert numbers(back) == numbers(first)
    assert numbers(follow(ines, back, "prev"))[1:] == newest_first[:49]  # here the new one leads
    last = follow(ines, follow(ines, second, "next"), "next")
    assert numbers(last) == newest_first[150:]
    assert numbers(follow(ines, last, "prev")) == newest_first[100:150]


def test_filters_stay_on_from_page_to_page_and_the_page_is_no_filter(ines, many):
    second = follow(ines, history(ines, "?state=review"), "next")
    assert numbers(second) == [one.pk for one in reversed(many) if one.state == "review"][50:]
    assert 'href="?state=review">Newest</a>' in second
    assert "export.csv?state=review" in second
    assert ines.get("/history/")["Location"] == "/history/?state=review"


def test_beyond_either_end_the_nearest_page_is_shown(ines, many):
    oldest, newest = many[0].pk, many[-1].pk
    assert numbers(history(ines, f"?after={oldest}"))[-1] == oldest
    assert numbers(history(ines, f"?before={newest}"))[0] == newest
    assert numbers(history(ines, "?after=1-2"))[0] == newest


def test_a_late_page_costs_as_much_as_the_first(ines, many, monkeypatch):
    """No page skips over what stands before it, and none counts a long list to its end."""
    monkeypatch.setattr(by_key, "MOST", 100)
    numbers_of = set()
    for query in ("", f"?after={many[60].pk}", f"?before={many[60].pk}"):
        with CaptureQueriesContext(connection) as queries:
            assert "50 of more than 100 imports shown" in history(ines, query)
        asked = [query["sql"] for query in queries]
        assert not [sql for sql in asked if "OFFSET" in sql]
        (count,) = [sql for sql in asked if sql.startswith("SELECT COUNT(*) FROM (SELECT")]
        assert "LIMIT 101)" in count
        numbers_of.add(len(asked))
    assert len(numbers_of) == 1

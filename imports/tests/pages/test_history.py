"""All imports of one's teams, found again."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from imports.models import Import
from imports.tests import people
from imports.tests.pages import story


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
    assert "60 imports, 1 to 50 shown" in page
    assert 'href="?page=2"' in page
    assert "51 to 60 shown" in history(ines, "?page=2")
    assert "51 to 60 shown" in history(ines, "?page=99")

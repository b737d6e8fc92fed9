"""A page stays open while its person is signed out elsewhere: its parts go on asking."""

import pytest
from django.test import Client

from imports.tests.pages import story


@pytest.fixture
def part(ines, acme):
    """The address of the live part of an import's page."""
    return f"/imports/{story.answered(acme, ines.user).pk}/send/live/"


def asked_by_a_page(client, address, page):
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    return client.get(address, headers=headers)


def test_a_live_part_leads_its_page_to_the_sign_in_and_back(ines, part):
    page = part.replace("live/", "?turn=1")
    assert asked_by_a_page(ines, part, page).status_code == 200
    ines.logout()
    answer = asked_by_a_page(ines, part, page)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["HX-Redirect"] == f"/sign-in/?next={page.replace('?turn=', '%3Fturn%3D')}"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    "page", ["http://testserver//elsewhere.example/", "https://elsewhere.example/imports/", ""]
)
def test_never_to_another_site(part, page):
    answer = Client().get(part, headers={"HX-Request": "true", "HX-Current-URL": page})
    assert answer["HX-Redirect"] == "/sign-in/"


def test_a_whole_page_is_redirected_as_ever(part):
    answer = Client().get(part)
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={part}")

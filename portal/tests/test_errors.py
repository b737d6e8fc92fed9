"""Pages for when something went wrong: plain words, and they need nothing that may be broken."""

import errno

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponse
from django.template import engines
from django.test import Client
from django.urls import path

from portal.models import User
from portal.urls import handler400, handler403, handler404, handler500  # noqa: F401 - used by name
from portal.urls import urlpatterns as portal_patterns
from portal.views import server_error


def fail(_request, how):
    raise {
        "nothing": Http404("Customer 7 of Anna"),
        "forbidden": PermissionDenied("Your role does not allow this: it takes a manager."),
        "bare": PermissionDenied(),
        "odd": SuspiciousOperation("secret detail"),
        "broken": RuntimeError("secret detail"),
        "full": OSError(errno.ENOSPC, "No space left on device"),
    }[how]


urlpatterns = [path("fail/<str:how>/", fail), *portal_patterns]


@pytest.fixture
def browser(settings, db):
    settings.ROOT_URLCONF = "portal.tests.test_errors"
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create(email="vera@example.com"))
    return client


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        ("nothing", 404, "There is nothing at this address"),
        ("forbidden", 403, "it takes a manager"),
        ("bare", 403, "Your role does not allow this"),
        ("odd", 400, "could not read this request"),
        ("broken", 500, "Something went wrong on the server"),
        ("full", 507, "disk is full"),
    ],
)
def test_each_says_what_to_do_and_nothing_of_the_inside(browser, how, status, words):
    answer = browser.get(f"/fail/{how}/")
    page = answer.content.decode()

    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    assert words in page
    assert "secret" not in page
    assert "Anna" not in page
    assert 'href="/"' in page


def test_the_page_for_500_needs_no_database(browser, django_db_blocker, rf):
    with django_db_blocker.block():
        assert server_error(rf.get("/")).status_code == 500


@pytest.mark.parametrize("template", ["errors/page.html", "429.html"])
def test_no_error_page_has_an_inline_style_or_script_and_all_look_like_the_portal(template):
    page = engines["django"].get_template(template).render({"static_url": "/static/"})

    assert '<link rel="stylesheet" href="/static/css/portal.css">' in page
    assert '<main class="entrance">' in page
    assert "<style" not in page
    assert "<script" not in page
    assert "style=" not in page


def test_visitors_who_stray_are_told_the_same(settings, db):
    assert Client().get("/nowhere/").status_code == 404


def test_every_page_of_the_sign_in_stands(client, db):
    for address in ("/sign-in/", "/sign-up/", "/inactive/", "/password/reset/"):
        answer = client.get(address)
        assert (address, answer.status_code) == (address, 200)
        assert isinstance(answer, HttpResponse)
        assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_the_sign_in_says_in_plain_words_what_is_remembered(client, db):
    assert "Keep me signed in on this computer" in client.get("/sign-in/").content.decode()

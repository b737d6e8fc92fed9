"""Signing in and out, passwords, and the administration of people: pages, refusals and events."""

import re
import sys
from io import StringIO

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from imports.models import Event
from imports.tests import people
from portal.accounts import DEVICE_COOKIE
from portal.middleware import TimezoneMiddleware
from portal.models import Membership, Role, User

pytestmark = pytest.mark.django_db

INSIDE = "/password/change/"  # a page behind the sign-in that needs nothing else


@pytest.fixture(autouse=True)
def no_memory_of_earlier_attempts():
    cache.clear()


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def sign_in(client, email, password=people.PASSWORD, **extra):
    data = {"login": email, "password": password, "next": INSIDE}
    return client.post("/sign-in/", data, **extra)


def acts():
    return list(Event.objects.order_by("id").values_list("act", flat=True))


def test_anna_signs_in_and_out(client):
    anna = people.anna()
    assert client.get(INSIDE).url == f"/sign-in/?next={INSIDE}"
    assert "Sign in" in client.get("/sign-in/").content.decode()

    answer = sign_in(client, "anna@example.com")
    assert (answer.status_code, answer.url) == (302, INSIDE)
    assert client.get(INSIDE).status_code == 200

    assert client.get("/sign-out/").status_code == 200, "a link alone signs nobody out"
    client.post("/sign-out/")
    assert client.get(INSIDE).status_code == 302
    events = Event.objects.order_by("id")
    assert [(e.act, e.actor, e.chain.team) for e in events] == [
        ("signed_in", anna, None),
        ("signed_out", anna, None),
    ]


def test_capitals_in_the_address_do_not_matter(client):
    people.anna()

    assert sign_in(client, "Anna@Example.COM").status_code == 302


def test_a_wrong_password_is_an_event_without_what_was_typed(client):
    anna = people.anna()

    page = sign_in(client, "anna@example.com", "not this one").content.decode()
    sign_in(client, "nobody@example.com", "not this one")

    assert "do not belong together" in page
    assert acts() == ["sign_in_failed", "sign_in_failed"]
    assert [e.facts for e in Event.objects.order_by("id")] == [{"user": anna.pk}, {}]
    assert [e.actor for e in Event.objects.all()] == [None, None]


def test_wrong_unknown_and_deactivated_read_the_same(client):
    people.anna()
    people.person("gone@example.com", is_active=False)

    pages = [
        sign_in(client, "anna@example.com", "not this one"),
        sign_in(client, "nobody@example.com"),
        sign_in(client, "gone@example.com"),
    ]

    errors = [page.context["form"].errors.as_text() for page in pages]
    assert len(set(errors)) == 1
    assert "do not belong together" in errors[0]
    assert acts() == ["sign_in_failed"] * 3


def test_whoever_is_deactivated_is_out_at_once(client):
    anna = people.anna()
    sign_in(client, "anna@example.com")

    User.objects.filter(pk=anna.pk).update(is_active=False)

    assert client.get(INSIDE).status_code == 302


def test_sign_up_is_closed(client):
    assert "Sign-up is closed" in client.get("/sign-up/").content.decode()
    data = {
        "email": "new@example.com",
        "password1": "a long one 1234",
        "password2": "a long one 1234",
    }
    page = client.post("/sign-up/", data).content.decode()

    assert "Sign-up is closed" in page
    assert not User.objects.exists()


def test_passwords_sprayed_from_the_office_slow_down_but_do_not_lock_out(client):
    people.anna()
    assert sign_in(client, "anna@example.com").status_code == 302
    client.post("/sign-out/")

    burglar = Client()
    answers = [
        sign_in(burglar, f"user{n}@example.com", "Summer2026!").content.decode() for n in range(12)
    ]
    assert "do not belong together" in answers[9]
    assert "Too many attempts" in answers[10]
    assert acts().count("sign_in_failed") == 10, "what is refused unread is no attempt"

    assert sign_in(client, "anna@example.com").status_code == 302
    assert "Too many attempts" in sign_in(Client(), "anna@example.com").content.decode()
    assert sign_in(Client(), "anna@example.com", REMOTE_ADDR="192.0.2.7").status_code == 302


def test_one_account_is_guarded_against_many_addresses(client):
    people.anna()

    for n in range(5):
        sign_in(Client(), "anna@example.com", "Summer2026!", REMOTE_ADDR=f"192.0.2.{n}")
    page = sign_in(Client(), "anna@example.com", REMOTE_ADDR="192.0.2.99").content.decode()

    assert "Too many attempts" in page


def test_a_known_browser_is_known_for_its_own_account_only(client):
    people.anna()
    people.ivan()
    sign_in(client, "ivan@example.com")
    client.post("/sign-out/")

    for _ in range(5):
        sign_in(client, "anna@example.com", "Summer2026!")

    assert "Too many attempts" in sign_in(client, "anna@example.com").content.decode()


def test_even_a_known_browser_does_not_guess_for_ever(client):
    people.anna()
    sign_in(client, "anna@example.com")
    client.post("/sign-out/")

    for _ in range(10):
        sign_in(client, "anna@example.com", "Summer2026!")

    assert "Too many attempts" in sign_in(client, "anna@example.com").content.decode()


def test_the_cookie_of_a_known_browser_names_nobody(client):
    people.anna()
    cookie = sign_in(client, "anna@example.com").cookies[DEVICE_COOKIE]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert "anna" not in cookie.value


def test_a_forgotten_password_is_set_through_a_link_by_mail(client):
    anna = people.anna()
    answer = client.post("/password/reset/", {"email": "anna@example.com"}, follow=True)
    assert "Look at your mail" in answer.content.decode()
    [message] = mail.outbox
    assert message.to == ["anna@example.com"]
    link = re.search(r"http://127\.0\.0\.1:8000(/password/reset/key/\S+)", message.body).group(1)

    page = client.get(link, follow=True)
    assert "Choose a password" in page.content.decode()
    new = "another long one 99"
    done = client.post(page.request["PATH_INFO"], {"password1": new, "password2": new}, follow=True)

    assert "The password is set" in done.content.decode()
    assert sign_in(client, "anna@example.com", new).status_code == 302
    assert "no longer works" in Client().get(link, follow=True).content.decode()
    assert ("password_changed", anna.pk) in Event.objects.values_list("act", "actor")


def test_an_address_without_an_account_hears_the_same_and_gets_no_mail(client):
    answer = client.post("/password/reset/", {"email": "nobody@example.com"}, follow=True)

    assert "Look at your mail" in answer.content.decode()
    assert mail.outbox == []


def test_changing_the_password_needs_the_old_one_and_is_an_event(client):
    people.anna()
    sign_in(client, "anna@example.com")
    new = {"password1": "another long one 99", "password2": "another long one 99"}

    refused = client.post(INSIDE, {"oldpassword": "no", **new})
    assert refused.status_code == 422
    client.post(INSIDE, {"oldpassword": people.PASSWORD, **new})

    assert User.objects.get().check_password("another long one 99")
    assert acts() == ["signed_in", "password_changed"]


def test_times_are_in_the_zone_of_the_person(client, settings):
    middleware = TimezoneMiddleware(
        lambda _request: HttpResponse(timezone.get_current_timezone_name())
    )
    request = RequestFactory().get("/")

    for zone, shown in [("Europe/Berlin", "Europe/Berlin"), ("Mars/Base", "UTC"), ("../x", "UTC")]:
        request.user = User(time_zone=zone)
        assert middleware(request).content.decode() == shown
    assert timezone.get_current_timezone_name() == "UTC"


def test_add_user_prints_an_invitation_that_works(client):
    out = StringIO()
    options = ["--name", "Rosa Diaz", "--team", "North", "--role", "manager"]
    call_command("add_user", "Rosa@example.com", *options, stdout=out)

    rosa = User.objects.get()
    assert (rosa.email, rosa.name) == ("rosa@example.com", "Rosa Diaz")
    assert (rosa.is_staff, rosa.is_auditor) == (False, False)
    assert Membership.objects.get(user=rosa).role == Role.MANAGER
    assert acts() == ["user_added", "team_added", "member_added"]

    path = re.search(r"(/password/reset/key/\S+)", out.getvalue()).group(1)
    page = client.get(path, follow=True)
    new = {"password1": "another long one 99", "password2": "another long one 99"}
    client.post(page.request["PATH_INFO"], new)
    assert sign_in(client, "rosa@example.com", "another long one 99").status_code == 302


def test_add_user_takes_a_password_from_standard_input(monkeypatch, client):
    monkeypatch.setattr(sys, "stdin", StringIO("a password of some length\n"))
    out = StringIO()

    call_command("add_user", "olga@example.com", "--auditor", "--password-stdin", stdout=out)

    assert out.getvalue() == ""
    assert User.objects.get().is_auditor
    assert sign_in(client, "olga@example.com", "a password of some length").status_code == 302


@pytest.mark.parametrize(
    ("args", "typed", "sentence"),
    [
        (["anna.example.com"], "", "not an e-mail address"),
        (["vera@example.com"], "", "already has an account"),
        (["new@example.com", "--team", "North", "--role", "boss"], "", "viewer, importer, manager"),
        (["new@example.com", "--password-stdin"], "short", "too short"),
    ],
)
def test_add_user_refuses_in_a_sentence(monkeypatch, args, typed, sentence):
    people.vera()
    monkeypatch.setattr(sys, "stdin", StringIO(typed + "\n"))

    with pytest.raises(CommandError, match=sentence) as problem:
        call_command("add_user", *args)

    assert problem.value.returncode == 1
    assert User.objects.count() == 1

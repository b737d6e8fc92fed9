"""A broker that is down or frozen costs nobody more than a second."""

import logging
import socket
import time

import pytest

from portal import cache as patient
from portal.cache import PatientRedisCache
from portal.models import User

OPTIONS = {"OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2}}


@pytest.fixture(autouse=True)
def fresh_patience(monkeypatch):
    monkeypatch.setattr(patient, "_patience", patient._Patience())


@pytest.fixture
def frozen():
    """A broker that accepts connections and says nothing, like a stopped process."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def dead():
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"redis://127.0.0.1:{port}/0"


def test_with_a_broker_it_is_an_ordinary_cache(settings):
    cache = PatientRedisCache(settings.REDIS_URL, {"KEY_PREFIX": "patient", **OPTIONS})
    cache.clear()

    cache.set("a", [1, 2])
    assert cache.get("a") == [1, 2]
    assert cache.add("a", 3) is False
    assert cache.add("b", 3) is True
    assert cache.incr("b") == 4
    assert cache.get_many(["a", "b", "c"]) == {"a": [1, 2], "b": 4}
    assert cache.has_key("b")
    assert cache.touch("b", 100)
    cache.set_many({"d": 1, "e": 2})
    cache.delete_many(["d"])
    assert (cache.get("d"), cache.get("e")) == (None, 2)
    assert cache.delete("e")
    cache.clear()
    assert cache.get("a") is None


@pytest.mark.parametrize("broker", ["frozen", "dead"])
def test_without_a_broker_everything_is_a_miss(broker, request):
    cache = PatientRedisCache(request.getfixturevalue(broker), OPTIONS)
    started = time.monotonic()

    cache.set("a", 1)
    assert cache.get("a", "nothing") == "nothing"
    assert cache.add("lock", 1) is True, "whoever asks for a lock is let in"
    assert cache.incr("n", 3) == 3
    assert cache.get_many(["a"]) == {}
    assert not cache.has_key("a")
    assert not cache.delete("a")
    assert not cache.touch("a")
    cache.set_many({"a": 1})
    cache.delete_many(["a"])
    cache.clear()

    assert time.monotonic() - started < 1, "only the first call waits for it"


def test_it_is_said_once_and_not_for_every_call(frozen, caplog, monkeypatch):
    monkeypatch.setattr(patient, "REST", 0.0)
    cache = PatientRedisCache(frozen, OPTIONS)

    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            cache.get("a")

    assert [r.getMessage() for r in caplog.records if r.name == "portal.cache"] == [
        "The cache does not answer (TimeoutError); going on without."
    ]


def test_it_is_used_again_when_it_is_back(settings, monkeypatch):
    cache = PatientRedisCache(settings.REDIS_URL, {"KEY_PREFIX": "patient", **OPTIONS})
    patient._patience.failed(TimeoutError())
    cache.set("a", 1)
    assert cache.get("a") is None, "resting"

    monkeypatch.setattr(patient._patience, "_rest_until", 0.0)
    cache.set("a", 1)
    assert cache.get("a") == 1


@pytest.mark.django_db
@pytest.mark.parametrize("broker", ["frozen", "dead"])
def test_people_sign_in_while_the_broker_is_away(broker, request, settings, client):
    User.objects.create_user("anna@example.com", "a password of some length")
    here = {**settings.CACHES["default"], "LOCATION": request.getfixturevalue(broker), **OPTIONS}
    settings.CACHES = {"default": here}
    form = {"login": "anna@example.com", "password": "a password of some length"}

    started = time.monotonic()
    answer = client.post("/sign-in/", {**form, "next": "/password/change/"})

    assert answer.url == "/password/change/"
    assert time.monotonic() - started < 5

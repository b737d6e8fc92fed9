"""A team's webhook, from setting it to giving a call up, over real TLS to a server of the story."""

import base64
import hashlib
import hmac
import json
import logging
import socket
from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from imports import vault
from imports.errors import BadInput, VaultError, WrongState
from imports.models import Event, ImportState, Sending, Webhook, WebhookCall
from imports.notices import webhooks
from imports.notices.post import Door, Poster
from imports.tests import people
from imports.tests.notices.servers import HookServer
from imports.tests.notices.telling import becomes, told

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)  # these tests are one transaction: its now stands still
SLACK, SIGNED = Webhook.Kind.SLACK, Webhook.Kind.SIGNED
URL = "https://hooks.example.com/services/T0/s3cretPath"


@pytest.fixture
def hook(monkeypatch):
    made = HookServer()
    real = socket.getaddrinfo

    def getaddrinfo(host, port, *rest, **more):
        return real("127.0.0.1" if host == "hooks.example.com" else host, port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield made
    made.close()


def called(hook):
    """Tell all and make the calls that are due; return how many arrived."""
    told()
    door = Door(lambda found: found == "127.0.0.1", hook.port, lambda: hook.trusted, 2.0)
    return webhooks.call_due(Poster(door), lambda: True)


def make_due():
    WebhookCall.objects.update(due_at=LONG_AGO)


@pytest.fixture
def north(made):
    return made.customer.team


def test_a_slack_channel_gets_a_line_with_ids_and_counts_and_no_name(made, anna, north, hook):
    _, secret = webhooks.put(north, SLACK, URL, anna)
    becomes(made, ImportState.FINISHED)

    assert (called(hook), called(hook)) == (1, 0)

    [(first, headers, body)] = hook.requests
    assert first == "POST /services/T0/s3cretPath HTTP/1.1"
    assert list(json.loads(body)) == ["text"]
    assert f"Finished: import {made.pk}. 3 rows" in json.loads(body)["text"]
    assert f"/imports/{made.pk}/" in json.loads(body)["text"]
    assert b"Acme" not in body
    assert "webhook-signature" not in headers
    assert secret == ""


def test_a_program_checks_the_signature_with_the_secret_that_was_shown_once(
    made, anna, north, hook
):
    _, secret = webhooks.put(north, SIGNED, URL, anna)
    becomes(made, ImportState.BLOCKED)

    assert called(hook) == 1

    [(_, headers, body)] = hook.requests
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{digest}"
    said = json.loads(body)
    assert (said["event"], said["team"], said["import"]) == ("import.blocked", "north", made.pk)
    assert said["counts"]["rows"] == 3
    assert b"Acme" not in body


def test_nothing_of_address_and_secret_stands_in_the_database_in_the_clear(anna, north):
    webhook, secret = webhooks.put(north, SIGNED, URL, anna)

    assert b"s3cretPath" not in bytes(webhook.sealed_url)
    assert secret.encode() not in bytes(webhook.sealed_secret)
    assert (webhook.host, webhook.last_four) == ("hooks.example.com", "Path")
    assert vault.unseal(webhook.sealed_url, north.pk, vault.WEBHOOK_URL) == URL
    for team, purpose in ((people.team("South"), vault.WEBHOOK_URL), (north, vault.TOKEN)):
        with pytest.raises(VaultError):
            vault.unseal(webhook.sealed_url, team.pk, purpose)


def test_a_failing_side_is_tried_six_times_over_hours_and_then_given_up(made, anna, north, hook):
    webhooks.put(north, SLACK, URL, anna)
    hook.answer = b"HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\nsecret!!!"
    becomes(made, ImportState.FINISHED)
    waits = []

    for _ in range(8):
        called(hook)
        call = WebhookCall.objects.get()
        waits.append((call.due_at - call.created_at).total_seconds())
        make_due()

    assert (call.state, len(hook.requests), call.taken) == (Sending.State.GIVEN_UP, 6, 6)
    assert [one["result"] for one in call.tries] == ["500"] * 6
    assert waits[:5] == sorted(waits[:5])
    assert 3600 < waits[4] < 3 * 3600


def test_a_redirect_counts_as_a_failure_and_an_answer_of_204_as_done(made, anna, north, hook):
    webhooks.put(north, SLACK, URL, anna)
    hook.answer = b"HTTP/1.1 302 Go\r\nLocation: https://elsewhere.example.com/\r\n\r\n"
    becomes(made, ImportState.FINISHED)

    assert called(hook) == 0
    hook.answer = b"HTTP/1.1 204 Yes\r\n\r\n"
    make_due()
    assert called(hook) == 1
    assert [one["result"] for one in WebhookCall.objects.get().tries] == ["302", "204"]


def test_changing_or_removing_it_stops_what_waits(made, anna, north, hook):
    webhooks.put(north, SLACK, URL, anna)
    becomes(made, ImportState.FINISHED)
    told()

    newer, _ = webhooks.put(north, SLACK, "https://hooks.example.com/other", anna)
    assert WebhookCall.objects.get().state == Sending.State.DROPPED
    assert called(hook) == 0
    becomes(made, ImportState.BLOCKED)
    told()
    webhooks.remove(north, anna)
    assert called(hook) == 0

    assert hook.requests == []
    assert set(WebhookCall.objects.values_list("state", flat=True)) == {Sending.State.DROPPED}
    newer.refresh_from_db()
    assert (bytes(newer.sealed_url), webhooks.in_use(north)) == (b"", None)
    with pytest.raises(WrongState):
        webhooks.remove(north, anna)


def test_a_call_that_was_taken_before_the_change_is_not_made_after_it(made, anna, north, hook):
    old, _ = webhooks.put(north, SLACK, URL, anna)
    becomes(made, ImportState.FINISHED)
    told()
    Webhook.objects.filter(pk=old.pk).update(retired_at=LONG_AGO, sealed_url=b"")

    assert called(hook) == 0
    assert (WebhookCall.objects.get().result, hook.requests) == ("retired", [])


def test_a_test_is_tried_once(anna, north, hook):
    webhooks.put(north, SIGNED, URL, anna)
    webhooks.test(north, anna)
    with pytest.raises(WrongState):
        webhooks.test(north, anna)
    hook.answer = b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"

    called(hook)

    assert json.loads(hook.requests[0][2]) == {"event": "test", "team": "north"}
    assert WebhookCall.objects.get().state == Sending.State.GIVEN_UP


def test_what_managers_do_with_it_is_in_the_trail(anna, north):
    webhook, _ = webhooks.put(north, SIGNED, URL, anna)
    webhooks.test(north, anna)
    webhooks.remove(north, anna)

    told_of = Event.objects.filter(act__startswith="webhook").order_by("position")
    assert [(one.act, one.facts, one.actor) for one in told_of] == [
        ("webhook_set", {"webhook": webhook.pk, "kind": "signed"}, anna),
        ("webhook_tested", {"webhook": webhook.pk}, anna),
        ("webhook_removed", {"webhook": webhook.pk}, anna),
    ]


def test_an_address_that_is_not_public_is_not_taken(anna, north):
    with pytest.raises(BadInput):
        webhooks.put(north, SLACK, "https://169.254.169.254/latest", anna)
    assert not Webhook.objects.exists()


def test_neither_address_nor_answer_is_logged(made, anna, north, hook, caplog):
    caplog.set_level(logging.DEBUG)
    webhooks.put(north, SLACK, URL, anna)
    hook.answer = b"HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\nsecret!!!"
    becomes(made, ImportState.FINISHED)

    called(hook)

    assert "s3cretPath" not in caplog.text
    assert "secret!!!" not in caplog.text
    assert f"webhook call {WebhookCall.objects.get().pk}, try 1: 500" in caplog.text


def test_it_opens_after_the_keys_were_changed(anna, north, settings, capsys):
    old, new = settings.TOKEN_KEYS[0], "9" * 64
    webhook, secret = webhooks.put(north, SIGNED, URL, anna)
    settings.TOKEN_KEYS = [new, old]
    call_command("reseal_tokens")
    settings.TOKEN_KEYS = [new]

    webhook.refresh_from_db()
    assert vault.unseal(webhook.sealed_url, north.pk, vault.WEBHOOK_URL) == URL
    assert vault.unseal(webhook.sealed_secret, north.pk, vault.WEBHOOK_SECRET) == secret


def test_a_key_that_is_gone_is_told_as_the_result(made, anna, north, hook, settings):
    webhooks.put(north, SLACK, URL, anna)
    becomes(made, ImportState.FINISHED)
    settings.TOKEN_KEYS = ["9" * 64]

    assert called(hook) == 0
    assert WebhookCall.objects.get().result == "VaultError"

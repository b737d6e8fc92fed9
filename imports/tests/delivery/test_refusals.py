"""A refused token: whose imports stop, what is told of it, and how it ends."""

import pytest
from django.utils import timezone

from imports.audit import acts, verify
from imports.delivery import checks, control, keys, settle, tokens
from imports.models import (
    Batch,
    BatchState,
    Decision,
    Event,
    Import,
    ImportState,
    Kind,
    Token,
)
from imports.tests import people
from imports.tests.delivery.steps import answer, attempt_of, fresh, sent

pytestmark = pytest.mark.django_db
UNKNOWN_TOKEN = {"error": "unauthorized", "message": "The token is unknown."}


def told(act):
    return [event.facts for event in Event.objects.filter(act=act).order_by("pk")]


def test_the_trail_tells_of_a_refusal_and_of_its_end(acme):
    made = sent(acme, 10)
    neighbour = Import.objects.create(
        customer=people.customer("Bolt"), mega_id=acme.mega_id, file="x", file_name="x.csv",
        file_size=1, file_sha256="0" * 64, state=ImportState.QUEUED,
    )  # fmt: skip

    settle.record(attempt_of(made.batches.get()), answer(401, UNKNOWN_TOKEN))
    refused = Token.objects.get(customer=acme)
    assert told(acts.TOKEN_REFUSED) == [{"token": refused.pk, "refusal": "unauthorized"}]
    assert [event.import_id for event in Event.objects.filter(act=acts.BLOCKED)] == [made.pk]
    assert fresh(made).state == ImportState.BLOCKED
    assert fresh(neighbour).state == ImportState.QUEUED

    tokens.set_token(acme, "mega_" + "7c" * 32, people.anna())
    settle.record(attempt_of(acme.batches.get(kind=Kind.CHECK)), answer(200, {"results": []}))
    assert [event.import_id for event in Event.objects.filter(act=acts.UNBLOCKED)] == [made.pk]
    assert fresh(made).state == ImportState.QUEUED
    assert verify.verify() == []


def test_the_trail_tells_what_a_check_found(acme):
    made = sent(acme, 10)
    Token.objects.update(refused_at=timezone.now())
    keys.block_refused()
    assert fresh(made).state == ImportState.BLOCKED

    check = checks.start_check(acme, people.anna())
    settle.record(attempt_of(check), answer(200, {"results": []}))

    token = Token.objects.get(customer=acme)
    assert told(acts.TOKEN_CHECKED) == [{"token": token.pk}]
    assert told(acts.TOKEN_JUDGED) == [{"token": token.pk, "result": "ok"}]
    assert fresh(made).state == ImportState.QUEUED


def test_a_decision_is_told_even_of_a_request_without_a_reason(acme):
    made = sent(acme, 10)
    Batch.objects.update(state=BatchState.DECISION, reason="")

    control.decide(made.batches.get(), people.anna(), Decision.Choice.LEAVE)

    assert [facts["conclusion"] for facts in told(acts.DECIDED)] == ["none"]

"""Checking a token: a dry run of one row, which writes nothing at MEGA."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from imports.audit import acts, trail
from imports.delivery import bodies, keys, standing, trial_row
from imports.delivery.conclude import Code, Conclusion
from imports.errors import WrongState
from imports.models import (
    Attempt,
    Batch,
    BatchState,
    Customer,
    Kind,
    Token,
)
from portal.models import User

MOST_TRIES = 3
SHARED_FOR = timedelta(minutes=1)
CHECK_AGAIN = timedelta(minutes=5)  # while imports wait for what it finds out
AT_MOST = 50  # a tick
SENTENCES = {
    "ok": "The token works: MEGA accepted a trial row for this customer.",
    "unauthorized": "MEGA does not know this token (401). It was mistyped, or revoked. "
    "Ask MEGA for a new one and set it here.",
    "no_scope": "MEGA knows the token, but it may not write leads (403). "
    "Ask MEGA to give it the scope public_api:leads:write.",
    "other_customer": "The token belongs to another MEGA customer (403). Compare the MEGA customer "
    "id above with the one that the token was issued for.",
    "forbidden": "MEGA refuses this token (403). It lacks the scope public_api:leads:write, or "
    "belongs to another customer.",
    "unreachable": "MEGA could not be reached, so nothing is known about the token. "
    "Check the network and try again.",
    "no_answer": "MEGA was reached but gave no usable answer. Try again in a few minutes.",
    "odd": "MEGA gave an answer that says nothing about the token. Try again in a few minutes.",
}
PENDING = "Asking MEGA …"
NEVER = "Not checked yet."


@dataclass(frozen=True, slots=True)
class CheckState:
    """What is known about a customer's token. `code` is '' when it was never checked."""

    code: str
    sentence: str
    at: datetime | None
    pending: bool
    detail: str = ""  # MEGA's own words


@transaction.atomic
def start_check(customer: Customer, user: User | None) -> Batch:
    """Queue a trial row for the customer's token; it goes before anything else of its key.

    It costs a request of the quota: who asks again while one runs, or within a minute after it,
    shares its result. A token that was set since is checked at once.
    """
    token = customer.token
    if token is None:
        raise WrongState(f"{customer.name} has no token yet. Set one first.", code="no_token")
    Token.objects.select_for_update(no_key=True).get(pk=token.pk)  # two who ask come one by one
    shared = _pending(customer, token) or _fresh(customer, token)
    if shared is not None and trial_row.asks_for(shared, customer.import_field):
        return shared
    leads = [trial_row.lead(customer.import_field)]
    body = bodies.encode(leads, customer.on_duplicate, dry_run=True)
    batch = Batch.objects.create(
        customer=customer,
        kind=Kind.CHECK,
        rows=1,
        not_before=Now(),
        mega_id=customer.mega_id,
        body=body.packed,
        body_sha256=body.sha256,
    )
    trail.record(acts.TOKEN_CHECKED, actor=user, customer=customer, facts={"token": token.pk})
    return batch


def _pending(customer: Customer, token: Token) -> Batch | None:
    """Return the check that will say something about this token: not one that left with another.

    A claim for an earlier token is not taken any more; it comes back and goes with this one.
    """
    open_ones = customer.batches.filter(kind=Kind.CHECK).filter(
        Q(state__in=(BatchState.WAITING, BatchState.CLAIMED))
        | Q(state=BatchState.SENDING, token=token)
    )
    return open_ones.order_by("pk").last()


def ask_again() -> None:
    """Check the tokens again for which imports are blocked and about which nothing was found out.

    MEGA may have been away when the first check was due.
    """
    if ids := _which_unclear():
        unclear = Token.objects.filter(pk__in=ids).select_related("customer__team")
        for token in unclear.order_by("pk"):
            start_check(token.customer, None)


@standing.question
def _which_unclear() -> QuerySet[Token, int]:
    waiting = Batch.objects.filter(
        customer=OuterRef("customer"),
        kind=Kind.CHECK,
        state__in=(BatchState.WAITING, BatchState.CLAIMED, BatchState.SENDING),
    )
    unclear = Token.objects.filter(
        Exists(keys.BLOCKED), ~Exists(waiting), retired_at=None, refused_at=None
    ).exclude(checked_at__gt=Now() - CHECK_AGAIN)
    return unclear.order_by("pk").values_list("pk", flat=True)[:AT_MOST]


def _fresh(customer: Customer, token: Token) -> Batch | None:
    """Return the check of this token that ended within the last minute."""
    ended = customer.batches.filter(kind=Kind.CHECK, token=token, settled_at__gt=Now() - SHARED_FOR)
    return ended.order_by("pk").last()


def latest_check(customer: Customer) -> CheckState:
    """Say in words what the newest check of the token in use found."""
    token = customer.token
    if token is None:
        return CheckState("", "No token is set.", None, pending=False)
    if _pending(customer, token) is not None:
        return CheckState("", PENDING, None, pending=True)
    if not token.check_result:
        return CheckState("", NEVER, None, pending=False)
    sentence = SENTENCES[token.check_result]
    return CheckState(
        token.check_result, sentence, token.checked_at, pending=False, detail=token.refusal_message
    )


def settle(batch: Batch, attempt: Attempt, found: Conclusion, now: datetime) -> None:
    """Write down what the check found; a check that found nothing out is tried three times."""
    batch.reason = found.code
    if found.code == Code.TOO_MANY:
        batch.state, batch.not_before = BatchState.WAITING, now
        return
    if found.code in (Code.NOT_SENT, Code.UNCLEAR, Code.LOST):
        batch.sends += 1
        if batch.sends < MOST_TRIES:
            batch.state, batch.not_before = BatchState.WAITING, now + timedelta(seconds=1)
            return
    batch.state, batch.settled_at = BatchState.DONE, now
    result = _result(attempt, found)
    tokens = Token.objects.filter(pk=attempt.token_id)
    tokens.update(checked_at=now, check_result=result)
    if result == "ok":
        tokens.update(refused_at=None, refusal="", refusal_message="")


def follow(batch: Batch, attempt: Attempt) -> None:
    """Let the customer's imports go on after a check that went well, and tell the trail of it.

    Comes last in the settling transaction: it locks imports and the chain.
    """
    token = Token.objects.get(pk=attempt.token_id)
    trial_row.note(batch, attempt)
    if token.check_result == "ok" and token.retired_at is None:
        keys.unblock(token)
    facts = {"token": token.pk, "result": token.check_result}
    trail.record(acts.TOKEN_JUDGED, actor=None, customer=batch.customer, facts=facts)


def _result(attempt: Attempt, found: Conclusion) -> str:
    """Name the finding. A 200 or a 400 shows that the token was accepted."""
    if (attempt.status == 200 and not attempt.cut_off) or found.code == Code.REFUSED:
        return "ok"
    if found.code == Code.FORBIDDEN:
        words = found.detail.lower()
        if "scope" in words:
            return "no_scope"
        return "other_customer" if "customer" in words else "forbidden"
    by_code = {
        Code.UNAUTHORIZED: "unauthorized",
        Code.NOT_SENT: "unreachable",
        Code.UNCLEAR: "no_answer",
        Code.LOST: "no_answer",
    }
    return by_code.get(found.code, "odd")

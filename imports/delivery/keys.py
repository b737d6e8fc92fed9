"""What an exchange teaches about its key: limit, waiting time, refusal, whether it works."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Greatest, Now

from imports.audit import acts, trail
from imports.delivery import pacing, questions, replay, standing, window
from imports.delivery.conclude import KEY_ACCEPTED, Code, Conclusion
from imports.delivery.quota import UNCLEAR_BEFORE_PROBING
from imports.mega.rates import RateHeaders
from imports.models import Attempt, Import, ImportState, Quota, Token

REFUSALS = {
    Code.UNAUTHORIZED: Token.Refusal.UNAUTHORIZED,
    Code.FORBIDDEN: Token.Refusal.FORBIDDEN,
}
_CURE = (
    "Set a new token for this customer; once MEGA accepts it, sending goes on by itself, or after "
    "days when somebody confirms it."
)
GOING = (ImportState.QUEUED, ImportState.SENDING)
AT_MOST = 50  # tokens a tick
# Of a token's customer. `finished_at` leads to the index of open imports: there may be a million.
BLOCKED = Import.objects.filter(
    customer=OuterRef("customer"), state=ImportState.BLOCKED, finished_at=None
)


def learn(attempt: Attempt, found: Conclusion, headers: RateHeaders, now: datetime) -> None:
    """Write down what this exchange says about the key; writes nothing when it says nothing new."""
    key = attempt.quota
    changes = _limit(key, headers) | _health(key, found, now) | _pace(attempt, found, now)
    if changes:
        Quota.objects.filter(pk=key.pk).update(**changes)
    if found.code in KEY_ACCEPTED and key.unclear_streak >= UNCLEAR_BEFORE_PROBING:
        _wake(key)


# Many requests that broke off at the same moment would else wait as if MEGA had failed as many
# times in a row: five minutes, although it works again.
_WAKE = """
    UPDATE imports_batch SET not_before = now()
    WHERE id IN (SELECT b.id FROM imports_batch b JOIN imports_token t USING (customer_id)
                 WHERE t.quota_id = %s AND t.retired_at IS NULL
                   AND b.state = 'unknown' AND b.reason = 'unclear' AND b.not_before > now()
                 ORDER BY b.id LIMIT 500 FOR UPDATE OF b SKIP LOCKED)
"""


def _wake(key: Quota) -> None:
    """Let what waits because of the key's trouble be repeated now: an answer came."""
    with connection.cursor() as cursor:
        cursor.execute(_WAKE, [key.pk])


def _limit(key: Quota, headers: RateHeaders) -> dict[str, Any]:
    if headers.limit is None or headers.limit == key.learned_limit:
        return {}
    return {"learned_limit": headers.limit}


def _health(key: Quota, found: Conclusion, now: datetime) -> dict[str, Any]:
    """Count exchanges without a usable answer; an accepted one proves the key."""
    if found.code in KEY_ACCEPTED:
        changes: dict[str, Any] = {"unclear_streak": 0} if key.unclear_streak else {}
        return changes if key.proved_at else changes | {"proved_at": now}
    if found.code in REFUSALS:
        return {"proved_at": None}
    if found.code in (Code.UNCLEAR, Code.LOST):
        return {"unclear_streak": F("unclear_streak") + 1}
    if found.code == Code.NOT_SENT:
        pause = timedelta(seconds=replay.backoff(key.unclear_streak + 1, longest=60.0))
        return {"unclear_streak": F("unclear_streak") + 1, "hold_until": now + pause}
    return {}


def _pace(attempt: Attempt, found: Conclusion, now: datetime) -> dict[str, Any]:
    """Wait and go slower after a 429; a success makes up for a part of it."""
    key = attempt.quota
    if found.code == Code.TOO_MANY:
        known, limit = window.pace_of(key), window.limit_of(key)
        pace, wait = pacing.after_429(known, limit, attempt.started_at, found.retry_after, now)
        return {
            "hold_until": Greatest(F("hold_until"), now + wait),
            "spaced_until": pace.until,
            "spaced_left": pace.left,
        }
    if found.code == Code.SETTLED and key.spaced_left:
        return {"spaced_left": Greatest(F("spaced_left"), 1) - 1}
    return {}


def refuse(attempt: Attempt, found: Conclusion) -> None:
    """Mark the token of this very attempt refused and block its customer's imports.

    A late answer to an old token finds it retired and so cannot block its successor.
    """
    fresh = Token.objects.filter(pk=attempt.token_id, refused_at=None)
    refusal = REFUSALS[found.code]
    is_news = fresh.update(refused_at=Now(), refusal=refusal, refusal_message=found.detail[:500])
    token = Token.objects.select_related("customer__team").get(pk=attempt.token_id)
    blocked: list[Import] = []
    if token.retired_at is None:
        reason = f"{refusal.label}: “{found.detail[:200]}”. {_CURE}"
        going = Import.objects.filter(customer=token.customer, state__in=GOING)
        blocked = _block(going, reason)
    if is_news:
        facts = {"token": token.pk, "refusal": str(refusal)}
        trail.record(acts.TOKEN_REFUSED, actor=None, customer=token.customer, facts=facts)
    _tell(acts.BLOCKED, blocked)


def block_refused() -> None:
    """Block what came to be queued while its token was being refused, so that the page says why."""
    if _which_refused():
        _block_refused()


@standing.question
def _which_refused() -> QuerySet[Import, int]:
    return _refused().values_list("pk", flat=True)[:1]


def _refused() -> QuerySet[Import]:
    refused = Token.objects.filter(
        customer=OuterRef("customer"), retired_at=None, refused_at__isnull=False
    )
    return Import.objects.filter(Exists(refused), state__in=GOING, finished_at=None)


@transaction.atomic
def _block_refused() -> None:
    blocked = _block(_refused(), f"MEGA refuses the customer's token. {_CURE}")
    _tell(acts.BLOCKED, blocked)


@transaction.atomic
def unblock(token: Token) -> None:
    """Let the customer's blocked imports go on: MEGA has accepted this token.

    Those that were blocked longer than BLOCKED_TRUST_HOURS wait for a person instead, who goes on
    by `control.go_on`.
    """
    blocked = _lock(Import.objects.filter(customer_id=token.customer_id, state=ImportState.BLOCKED))
    trusted = window.database_now() - timedelta(hours=settings.BLOCKED_TRUST_HOURS)
    going = [one for one in blocked if one.blocked_at is not None and one.blocked_at > trusted]
    asked = [one for one in blocked if one not in going]
    _put(going, state=ImportState.QUEUED, reason="", blocked_at=None)
    _put(
        asked,
        state=ImportState.DECISION,
        question=questions.BLOCKED_LONG,
        reason="MEGA refused the customer's token for more than "
        f"{settings.BLOCKED_TRUST_HOURS:g} hours, so nothing goes on by itself.",
    )
    _tell(acts.UNBLOCKED, going)
    _tell(acts.ASKED, asked, question=questions.BLOCKED_LONG)


def unblock_proved() -> None:
    """Unblock where the token in use was accepted in some exchange, whatever that was for."""
    if ids := _which_proved():
        for token in Token.objects.filter(pk__in=ids).order_by("pk"):
            unblock(token)


@standing.question
def _which_proved() -> QuerySet[Token, int]:
    accepted = Attempt.objects.filter(token=OuterRef("pk"), conclusion__in=KEY_ACCEPTED)
    in_use = Token.objects.filter(Exists(BLOCKED), retired_at=None, refused_at=None)
    return in_use.filter(Exists(accepted)).order_by("pk").values_list("pk", flat=True)[:AT_MOST]


def _block(imports: QuerySet[Import], reason: str) -> list[Import]:
    blocked = _lock(imports)
    _put(blocked, state=ImportState.BLOCKED, reason=reason, blocked_at=Now())
    return blocked


def _lock(imports: QuerySet[Import]) -> list[Import]:
    """Lock them, a child before its parent: who sends one does so (`columns.family.lock`)."""
    locked = imports.select_for_update(no_key=True, of=("self",))
    return list(locked.select_related("customer__team").order_by("customer__team", "-pk"))


def _put(imports: list[Import], **changes: Any) -> None:
    if imports:
        Import.objects.filter(pk__in=[one.pk for one in imports]).update(**changes)


def _tell(act: str, imports: list[Import], **facts: str) -> None:
    for one in imports:
        trail.record(act, actor=None, lead_import=one, facts=dict(facts))

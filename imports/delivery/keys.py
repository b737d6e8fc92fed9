"""What an exchange teaches about its key: limit, waiting time, refusal, whether it works."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from imports.delivery import replay
from imports.delivery.conclude import KEY_ACCEPTED, Code, Conclusion
from imports.delivery.quota import UNCLEAR_BEFORE_PROBING
from imports.mega.contract import RateHeaders
from imports.models import Attempt, Import, ImportState, Quota, Token

SPACED_FOR = timedelta(minutes=10)
SPACED_SUCCESSES = 20
REFUSALS = {
    Code.UNAUTHORIZED: Token.Refusal.UNAUTHORIZED,
    Code.FORBIDDEN: Token.Refusal.FORBIDDEN,
}
_CURE = "Set a new token for this customer; sending then goes on by itself."
GOING = (ImportState.QUEUED, ImportState.SENDING)


def learn(attempt: Attempt, found: Conclusion, headers: RateHeaders, now: datetime) -> None:
    """Write down what this exchange says about the key; writes nothing when it says nothing new."""
    key = Quota.objects.get(pk=attempt.quota_id)
    changes = _limit(key, headers) | _health(key, found, now) | _pace(key, found, now)
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


def _pace(key: Quota, found: Conclusion, now: datetime) -> dict[str, Any]:
    if found.code == Code.TOO_MANY:
        wait = timedelta(seconds=replay.after_too_many(found.retry_after))
        return {
            "hold_until": now + wait,
            "spaced_until": now + wait + SPACED_FOR,
            "spaced_left": SPACED_SUCCESSES,
        }
    if found.code == Code.SETTLED and key.spaced_left:
        return {"spaced_left": F("spaced_left") - 1}
    return {}


def refuse(attempt: Attempt, found: Conclusion) -> None:
    """Mark the token of this very attempt refused and block its customer's imports.

    A late answer to an old token finds it retired and so cannot block its successor.
    """
    fresh = Token.objects.filter(pk=attempt.token_id, refused_at=None)
    fresh.update(refused_at=Now(), refusal=REFUSALS[found.code], refusal_message=found.detail[:500])
    in_use = Token.objects.filter(pk=attempt.token_id, retired_at=None).first()
    if in_use is None:
        return
    Import.objects.filter(customer_id=in_use.customer_id, state__in=GOING).update(
        state=ImportState.BLOCKED,
        reason=f"{REFUSALS[found.code].label}: “{found.detail[:200]}”. {_CURE}",
    )


_BLOCK = """
    UPDATE imports_import i SET state = 'blocked', reason = %s
    WHERE i.state IN ('queued', 'sending') AND EXISTS (
        SELECT 1 FROM imports_token t WHERE t.customer_id = i.customer_id
          AND t.retired_at IS NULL AND t.refused_at IS NOT NULL)
"""


def block_refused() -> None:
    """Block what came to be queued while its token was being refused, so that the page says why."""
    with connection.cursor() as cursor:
        cursor.execute(_BLOCK, [f"MEGA refuses the customer's token. {_CURE}"])


def unblock(token: Token) -> int:
    """Let the customer's blocked imports go on: a token was set, or works again."""
    blocked = Import.objects.filter(customer_id=token.customer_id, state=ImportState.BLOCKED)
    return blocked.update(state=ImportState.QUEUED, reason="")

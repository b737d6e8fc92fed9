"""A team's webhook: set, tested and removed by its managers; called with the team's notices."""

import base64
import hashlib
import hmac
import json
import logging
import os
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from imports import vault
from imports.audit import acts, trail
from imports.errors import VaultError, WrongState
from imports.mega.wire import steady
from imports.models import Sending, Webhook, WebhookCall
from imports.notices import address, due, words
from imports.notices.post import Poster
from portal.models import Team, User

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
WAITS = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 2400, 7200))
SECRET_BYTES = 32
_SECRET = "whsec_"  # noqa: S105 - how such secrets begin, see standardwebhooks.com


def in_use(team: Team) -> Webhook | None:
    """The team's webhook, if there is one."""
    return team.webhooks.filter(retired_at=None).select_related("set_by").first()


@transaction.atomic
def put(team: Team, kind: Webhook.Kind, url: str, user: User) -> tuple[Webhook, str]:
    """Make this the team's webhook; return it and the secret of its signatures, '' for Slack's.

    The secret is sealed like the address and never comes out as text again. Raises BadInput.
    """
    url, host = address.check_url(url)
    _retire(team)
    secret = _SECRET + base64.b64encode(os.urandom(SECRET_BYTES)).decode()
    is_signed = kind == Webhook.Kind.SIGNED
    webhook = Webhook.objects.create(
        team=team,
        kind=kind,
        sealed_url=vault.seal(url, team.pk, vault.WEBHOOK_URL),
        sealed_secret=vault.seal(secret, team.pk, vault.WEBHOOK_SECRET) if is_signed else None,
        host=host,
        last_four=url[-4:],
        set_by=user,
    )
    facts = {"webhook": webhook.pk, "kind": str(kind)}
    trail.record(acts.WEBHOOK_SET, actor=user, team=team, facts=facts)
    return webhook, secret if is_signed else ""


@transaction.atomic
def remove(team: Team, user: User) -> None:
    """Call it no more; what waits is dropped."""
    removed = _retire(team)
    if not removed:
        raise WrongState("The team has no webhook; somebody else removed it.")
    trail.record(acts.WEBHOOK_REMOVED, actor=user, team=team, facts={"webhook": removed[0]})


@transaction.atomic
def test(team: Team, user: User) -> WebhookCall:
    """Have a test posted within seconds; it is tried once."""
    webhook = in_use(team)
    if webhook is None:
        raise WrongState("The team has no webhook; set one first.")
    if webhook.calls.filter(notice=None, state=Sending.State.WAITING).exists():
        raise WrongState("A test is on its way already.")
    call = WebhookCall.objects.create(webhook=webhook)
    trail.record(acts.WEBHOOK_TESTED, actor=user, team=team, facts={"webhook": webhook.pk})
    return call


def reseal(webhook: Webhook) -> bool:
    """Seal it anew under the first of TOKEN_KEYS; False when it already is. Raises VaultError."""
    url = vault.unseal(webhook.sealed_url, webhook.team_id, vault.WEBHOOK_URL)
    if vault.is_current(webhook.sealed_url):
        return False
    changes = {"sealed_url": vault.seal(url, webhook.team_id, vault.WEBHOOK_URL)}
    if webhook.sealed_secret:
        secret = vault.unseal(webhook.sealed_secret, webhook.team_id, vault.WEBHOOK_SECRET)
        changes["sealed_secret"] = vault.seal(secret, webhook.team_id, vault.WEBHOOK_SECRET)
    return bool(Webhook.objects.filter(pk=webhook.pk).update(**changes))


def _retire(team: Team) -> list[int]:
    """Retire what is in use, under the team's lock: forget its secrets, drop what waits for it."""
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    old = list(team.webhooks.filter(retired_at=None).values_list("pk", flat=True))
    Webhook.objects.filter(pk__in=old).update(retired_at=Now(), sealed_url=b"", sealed_secret=None)
    WebhookCall.objects.filter(webhook__in=old, state=Sending.State.WAITING).update(
        state=Sending.State.DROPPED, ended_at=Now(), lease_until=None
    )
    return old


# --- calling --------------------------------------------------------------------------------------


def call_due(poster: Poster, wanted: Callable[[], bool]) -> int:
    """Make the calls that are due while it is `wanted`; return how many arrived."""
    count = 0
    while wanted():
        one = due.take(WebhookCall, LEASE)
        if one is None:
            break
        count += _call(one, poster, steady()) == due.SENT
    return count


def _call(one: WebhookCall, poster: Poster, taken: float) -> str:
    """Post one call and write down what became of it: a status or a code, never the answer."""
    call = WebhookCall.objects.select_related("webhook__team", "notice__lead_import__customer").get(
        pk=one.pk
    )
    call.taken = one.taken
    if call.webhook.retired_at is not None:
        due.end(call, Sending.State.DROPPED, "retired")
        return "retired"
    try:
        url, headers, body = _request(call)
        result = poster.post(url, headers, body, taken)
    except VaultError as problem:
        result = problem.code
    if result.startswith("2"):
        due.end(call, Sending.State.SENT, result)
    else:
        due.again(call, result, WAITS if call.notice_id else ())
    log.info("webhook call %s, try %s: %s", call.pk, call.taken, result)
    return due.SENT if result.startswith("2") else result


def _request(call: WebhookCall) -> tuple[str, dict[str, str], bytes]:
    """Return the address, the headers and the bytes. Raises VaultError."""
    webhook = call.webhook
    url = vault.unseal(webhook.sealed_url, webhook.team_id, vault.WEBHOOK_URL)
    if webhook.sealed_secret is None:
        return url, {}, _encoded(words.slack(call.notice))
    body = _encoded(words.event(call.notice, webhook.team.slug))
    secret = vault.unseal(webhook.sealed_secret, webhook.team_id, vault.WEBHOOK_SECRET)
    return url, signature(secret, f"msg_{call.pk}", int(time.time()), body), body


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of a signed call, as described on standardwebhooks.com."""
    key = base64.b64decode(secret.removeprefix(_SECRET))
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{digest}",
    }


def _encoded(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()

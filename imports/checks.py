"""Misconfiguration, found by `manage.py check` before it does harm.

imports.E001  TOKEN_KEYS is missing, too short or names a key twice
imports.E002  a stored token, webhook or key of the do-not-import lists does not open with
              TOKEN_KEYS (check --database default)
imports.E003  MEGA_BASE_URL would carry tokens and leads in the clear
imports.E004  the demo login exists though DEBUG is off                (check --database default)
imports.E006  nothing says where people reach the site, so no link can be mailed
imports.E007  NOTICE_DAYS would remove notices on the day they are told
imports.E008  the store of uploads is configured by half
imports.W005  fewer database connections than a delivery worker has threads
imports.W009  uploads would travel to their store in the clear
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from imports import vault
from imports.errors import VaultError
from imports.models import ListKey, Token, Webhook
from portal.context import is_loopback_url
from portal.models import User

_STORE_KEYS = ("S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY")
_STORE = (
    *_STORE_KEYS,
    "S3_BUCKET",
    "S3_PREFIX",
    "S3_ENDPOINT_URL",
    "S3_REGION",
    "S3_ADDRESSING",
    "S3_ENCRYPTION",
    "S3_KMS_KEY_ID",
)
SPARE_CONNECTIONS = 2  # of a worker: its sign of life, and one for whoever looks


@register(Tags.security)
def token_keys(**_kwargs: Any) -> list[CheckMessage]:
    keys = settings.TOKEN_KEYS
    problem = ""
    if not keys:
        problem = "TOKEN_KEYS is empty."
    elif any(len(key) < vault.MIN_KEY_LENGTH for key in keys):
        problem = f"A key in TOKEN_KEYS is shorter than {vault.MIN_KEY_LENGTH} characters."
    elif len(set(keys)) != len(keys):
        problem = "A key stands twice in TOKEN_KEYS."
    hint = "Make one with `openssl rand -hex 32`; put new keys first, separated by commas."
    return [Error(problem, hint=hint, id="imports.E001")] if problem else []


@register(Tags.database)
def tokens_open(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"The token in use of customer {token.customer_id} cannot be opened.",
            hint=problem,
            id="imports.E002",
        )
        for alias in databases or []
        if _has_table(alias, Token)
        for token in Token.objects.using(alias).filter(retired_at=None).iterator()
        if (problem := _why_closed(token))
    ]


@register(Tags.database)
def webhooks_open(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"The webhook in use of team {webhook.team_id} cannot be opened.",
            hint=problem,
            id="imports.E002",
        )
        for alias in databases or []
        if _has_table(alias, Webhook)
        for webhook in Webhook.objects.using(alias).filter(retired_at=None).iterator()
        if (problem := _why_closed(webhook))
    ]


@register(Tags.database)
def list_key_opens(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            "The key of the do-not-import lists cannot be opened.",
            hint=problem,
            id="imports.E002",
        )
        for alias in databases or []
        if _has_table(alias, ListKey)
        for key in ListKey.objects.using(alias).all()
        if (problem := _why_closed(key))
    ]


@register(Tags.security)
def mega_base_url(**_kwargs: Any) -> list[CheckMessage]:
    url = settings.MEGA_BASE_URL
    if urlsplit(url).scheme == "https" or is_loopback_url(url):
        return []
    return [
        Error(
            "MEGA_BASE_URL is neither https nor on this machine.",
            hint="Tokens and leads would travel in the clear. Use https://app.gomega.ai.",
            id="imports.E003",
        )
    ]


@register(Tags.database)
def no_demo_login(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            "The demo login exists, though DEBUG is off.",
            hint="It is refused at sign-in; deactivate its users, or start from an empty database.",
            id="imports.E004",
        )
        for alias in databases or []
        if not settings.LAPTOP
        and _has_table(alias, User)
        and User.objects.using(alias).filter(is_demo=True, is_active=True).exists()
    ]


@register(Tags.security)
def site_url(**_kwargs: Any) -> list[CheckMessage]:
    if settings.SITE_URL:
        return []
    return [
        Error(
            "SITE_URL is not set, and ALLOWED_HOSTS names no single host.",
            hint="Set SITE_URL to scheme and host, such as https://portal.example.com.",
            id="imports.E006",
        )
    ]


@register()
def notice_days(**_kwargs: Any) -> list[CheckMessage]:
    if settings.NOTICE_DAYS >= 1:
        return []
    return [
        Error(
            f"NOTICE_DAYS is {settings.NOTICE_DAYS}: notices would go before anybody reads them.",
            hint="Set NOTICE_DAYS to a whole number of days, such as 90.",
            id="imports.E007",
        )
    ]


@register()
def pool_size(**_kwargs: Any) -> list[CheckMessage]:
    needed = settings.DELIVERY_SLOTS + SPARE_CONNECTIONS
    if not settings.DB_POOL_SIZE or needed <= settings.DB_POOL_SIZE:  # 0: it forks, no pool
        return []
    return [
        checks.Warning(
            f"DB_POOL_SIZE is {settings.DB_POOL_SIZE}, a delivery worker needs {needed}.",
            hint=f"Set DB_POOL_SIZE to {needed} or more, or DELIVERY_SLOTS lower.",
            id="imports.W005",
        )
    ]


@register()
def store_of_uploads(**_kwargs: Any) -> list[CheckMessage]:
    """What is missing, by name: with half of it, uploads would stay on this machine, or fail."""
    given = sorted(name for name in _STORE if getattr(settings, name))
    keys = [name for name in given if name in _STORE_KEYS]
    found = []
    if given and "S3_BUCKET" not in given:
        hint = "Uploads stay on this machine's disk without it. Name the bucket, or unset the rest."
        found.append((f"S3_BUCKET is not set, but {', '.join(given)} is.", hint))
    if len(keys) == 1:
        hint = f"Set {' and '.join(_STORE_KEYS)}, or neither: then the machine's own role counts."
        found.append((f"Of the two keys of the store only {keys[0]} is set.", hint))
    if settings.S3_KMS_KEY_ID and settings.S3_ENCRYPTION != "aws:kms":
        hint = "Set S3_ENCRYPTION=aws:kms, or unset S3_KMS_KEY_ID."
        found.append(("S3_KMS_KEY_ID is set, but S3_ENCRYPTION is not aws:kms.", hint))
    return [Error(what, hint=hint, id="imports.E008") for what, hint in found]


@register(Tags.security)
def way_to_the_store(**_kwargs: Any) -> list[CheckMessage]:
    url = settings.S3_ENDPOINT_URL
    if not url or urlsplit(url).scheme == "https" or is_loopback_url(url):
        return []
    return [
        checks.Warning(
            "S3_ENDPOINT_URL is neither https nor on this machine.",
            hint="Uploads travel in the clear. Use https, unless the network is yours alone.",
            id="imports.W009",
        )
    ]


def _why_closed(one: Token | Webhook | ListKey) -> str:
    try:
        if isinstance(one, ListKey):
            vault.unseal(one.sealed, one.pk, vault.LIST_KEY)
        elif isinstance(one, Webhook):
            vault.unseal(one.sealed_url, one.team_id, vault.WEBHOOK_URL)
        else:
            vault.unseal(one.sealed, one.customer_id)
    except VaultError as error:
        return error.sentence
    return ""


def _has_table(alias: str, model: type[Token | Webhook | ListKey | User]) -> bool:
    """False before the first migration."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        table = model._meta.db_table  # noqa: SLF001 - documented by Django
        return table in connection.introspection.table_names(cursor)

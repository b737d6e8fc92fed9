"""What every page says about the portal's own health and about who looks at it."""

from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.template import Context

from imports import access, health
from imports.notices import inbox
from imports.views.http import TOAST, teams_as
from portal.models import Role, User

register = template.Library()

THEMES = ("light", "dark")


@register.simple_tag
def engine_alarm() -> health.Alarm:
    """What a page says when the clock or the workers stand still."""
    return health.alarm()


@register.simple_tag(takes_context=True)
def told(context: Context) -> dict[str, list[Message]]:
    """What is to be said on this page once: in notes that stay, and in toasts that go."""
    messages = list(context.get("messages") or [])
    return {
        "toasts": [one for one in messages if one.extra_tags == TOAST],
        "notes": [one for one in messages if one.extra_tags != TOAST],
    }


@register.simple_tag
def unread_notices(user: User) -> int:
    """How many notices the user has not read."""
    return inbox.unread(user)


@register.simple_tag
def imports_somewhere(user: User) -> bool:
    """Whether there is a team for which the user may import."""
    return teams_as(user, Role.IMPORTER).exists()


@register.simple_tag
def sees_engine(user: User) -> bool:
    """Whether the engine's page is open to the user."""
    return access.sees_engine(user)


@register.simple_tag
def sees_audit(user: User) -> bool:
    """Whether the audit trail is open to the user."""
    return access.sees_audit(user)


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """The theme that this browser was told to use; nothing: the system's."""
    return _cookie(context, "theme", THEMES)


@register.simple_tag(takes_context=True)
def shortcuts(context: Context) -> str:
    """ "off" when this browser was told to leave single keys alone."""
    return _cookie(context, "shortcuts", ("off",))


def _cookie(context: Context, name: str, allowed: tuple[str, ...]) -> str:
    request: HttpRequest | Any = context.get("request")
    value = request.COOKIES.get(name, "") if request else ""
    return value if value in allowed else ""

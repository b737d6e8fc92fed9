"""Signing in and out as events on the site's chain: who, never what was typed."""

from typing import Any

from allauth.account.signals import password_changed, password_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver

from imports.audit import acts, trail
from portal.models import User


@receiver(user_logged_in, dispatch_uid="imports.audit.signed_in")
def signed_in(user: User, **_kwargs: Any) -> None:
    _record(acts.SIGNED_IN, user)


@receiver(user_logged_out, dispatch_uid="imports.audit.signed_out")
def signed_out(user: User | None, **_kwargs: Any) -> None:
    if user is not None:
        _record(acts.SIGNED_OUT, user)


@receiver(user_login_failed, dispatch_uid="imports.audit.sign_in_failed")
def sign_in_failed(credentials: dict[str, Any], **_kwargs: Any) -> None:
    """The account that was aimed at, by its id; an unknown address leaves no trace of itself."""
    email = str(credentials.get("email") or credentials.get("username") or "")
    target = User.objects.filter(email__iexact=email).values_list("pk", flat=True).first()
    _record(acts.SIGN_IN_FAILED, None, **({"user": target} if target else {}))


@receiver([password_changed, password_reset], dispatch_uid="imports.audit.password")
def password_was_changed(user: User, **_kwargs: Any) -> None:
    _record(acts.PASSWORD_CHANGED, user)


def _record(act: str, actor: User | None, **facts: int) -> None:
    with transaction.atomic():
        trail.record(act, actor=actor, facts=dict(facts))

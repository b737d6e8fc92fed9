"""Who may sign in, from where, and how often one may try."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.core import signing
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.urls import reverse
from django.utils.crypto import salted_hmac

from portal.context import is_loopback
from portal.models import User

DEVICE_COOKIE = f"{settings.SESSION_COOKIE_NAME}_device"
DEVICE_AGE = 365 * 24 * 3600  # seconds
_DEVICE_SALT = "portal.accounts.device"


def demo_is_allowed(request: HttpRequest) -> bool:
    """Whether the demo login may be used: DEBUG on, and the browser on this very machine."""
    host, _port = split_domain_port(request.get_host())
    return (
        settings.LAPTOP
        and is_loopback(request.META.get("REMOTE_ADDR", ""))
        and is_loopback(host.strip("[]"))
        and "X-Forwarded-For" not in request.headers
    )


class PeopleBackend(AuthenticationBackend):  # type: ignore[misc] # allauth has no types
    """Sessions of the demo login end when DEBUG does."""

    def get_user(self, user_id: int) -> User | None:
        user: User | None = super().get_user(user_id)
        return None if user is not None and user.is_demo and not settings.LAPTOP else user


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Accounts are made by administrators. Everyone who may not enter hears the same sentence."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": (
            "This e-mail address and password do not belong together, or the account is not "
            "active. Check both, or ask for a new password below."
        ),
        "too_many_login_attempts": (
            "Too many attempts did not succeed. Wait a few minutes, then try again."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link of the mail; on SITE_URL, as the address of a request is the asker's choice."""
        if not settings.SITE_URL:
            raise ImproperlyConfigured("SITE_URL is not set, so no link can be mailed.")
        return settings.SITE_URL + reverse(
            "account_reset_password_from_key", args=key.split("-", 1)
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The site in the mail's words is SITE_URL's, too."""
        host = urlsplit(settings.SITE_URL).netloc
        site = SimpleNamespace(domain=host, name=settings.SITE_NAME)
        super().send_mail(template_prefix, email, {**context, "current_site": site})

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The user, or None: wrong password, deactivated, or a demo login from elsewhere."""
        user: User | None = super().authenticate(request, **credentials)
        if user is None or not user.is_active:
            return None
        if user.is_demo and not demo_is_allowed(request):
            user_login_failed.send(sender=__name__, credentials={}, request=request)
            return None
        return user

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Slow down guessing without locking out an office that shares one address.

        A browser that signed in before proves it with a cookie and is counted by itself; all
        others are counted by address and by account. So a machine that sprays passwords slows
        down strangers of its address only.
        """
        device = _known_device(request, str(credentials.get("email", "")))
        if not device:
            super().pre_authenticate(request, **credentials)
            return
        self._login_failed_rl_usage = ratelimit.consume(
            request,
            app="allauth.account",
            action="login_failed",
            config={"login_failed": "10/5m/key"},
            key=f"device:{device}",
        )
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        response.set_cookie(
            DEVICE_COOKIE,
            signing.dumps(_account(user.email), salt=_DEVICE_SALT),
            max_age=DEVICE_AGE,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response


def _known_device(request: HttpRequest, email: str) -> str:
    """The cookie of a browser in which this account signed in before, or ''."""
    cookie: str = request.COOKIES.get(DEVICE_COOKIE, "")
    try:
        owner = signing.loads(cookie, salt=_DEVICE_SALT, max_age=DEVICE_AGE) if cookie else None
    except signing.BadSignature:
        return ""
    return cookie if owner == _account(email) else ""


def _account(email: str) -> str:
    """An account's name in the cookie: a keyed hash, so that the cookie shows no e-mail."""
    return salted_hmac(_DEVICE_SALT, email.strip().lower(), algorithm="sha256").hexdigest()

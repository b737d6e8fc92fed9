"""What every request passes through."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class TimezoneMiddleware:
    """Show times in the zone of the person who looks; UTC to strangers and for unknown zones."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = getattr(request, "user", None)
        name = user.time_zone if user is not None and user.is_authenticated else "UTC"
        with timezone.override(_zone(name)):
            return self.get_response(request)


class SignInMiddleware:
    """Lead a page to the sign-in, and back to itself, when one of its parts is asked for by nobody
    who is signed in: htmx would follow the redirect and put the sign-in page into the part.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # of HtmxMiddleware
        if not htmx or not _leads_to_sign_in(response):
            return response
        answer = HttpResponseClientRedirect(_sign_in_for(htmx.current_url_abs_path))
        add_never_cache_headers(answer)
        return answer


def _leads_to_sign_in(response: HttpResponseBase) -> bool:
    address: str = response.headers.get("Location", "")
    return address.partition("?")[0] == resolve_url(settings.LOGIN_URL)


def _sign_in_for(page: str | None) -> str:
    """The address of the sign-in, which leads on to the page where it is one of ours."""
    if page and url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        return redirect_to_login(page).url
    return resolve_url(settings.LOGIN_URL)


def _zone(name: str) -> zoneinfo.ZoneInfo:
    """The named zone, or UTC when this machine does not know it."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return zoneinfo.ZoneInfo("UTC")

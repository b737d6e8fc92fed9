"""What every page may show about the site itself."""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def is_loopback(host: str) -> bool:
    """Whether a host name or address (without port or brackets) is this machine only."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_loopback_url(url: str) -> bool:
    """Whether a URL names this machine only, as the sandbox's does."""
    try:
        return is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return False


def site(_request: HttpRequest) -> dict[str, Any]:
    """`site_name`, `release`, `environment` and whether leads go to the `sandbox` of MEGA."""
    return {
        "site_name": settings.SITE_NAME,
        "release": settings.RELEASE,
        "environment": "development" if settings.LAPTOP else "production",
        "sandbox": is_loopback_url(settings.MEGA_BASE_URL),
    }

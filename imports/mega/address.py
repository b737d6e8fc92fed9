"""Which addresses a token may be sent to."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from imports.errors import BadInput


def check_base_url(url: str) -> str:
    """Return the address without a closing slash; raise BadInput unless it is one to send to.

    https only, save for this machine itself, where nobody else can listen.
    """
    parts = _split(url.strip())
    if parts is None:
        raise BadInput(
            "MEGA's address cannot be used. Write it like https://app.gomega.ai: no user name, "
            "blank, question mark or #.",
            code="base_url",
        )
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise BadInput(
            f"MEGA's address {host} must begin with https://; http:// is only for this machine "
            "itself (127.0.0.1, localhost).",
            code="base_url",
        )
    return parts.geturl().rstrip("/")


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    fit = url.isascii() and url.isprintable() and not set(url) & set(' ?#@\\"<>{}')
    return parts if fit and parts.hostname and port != 0 else None


def is_loopback(host: str) -> bool:
    """Whether a host is a name of this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

"""Where a webhook may lead: https on the usual port of a host that is on the public internet."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from imports.errors import BadInput

MAX_LENGTH = 1000
PORT = 443
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z0-9-]*[a-z]){_LABEL}")  # no number, no bare word
_RELAYS = IPv4Network("192.88.99.0/24")  # of 6to4: leads where the packet's inside says
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


def is_public(address: str) -> bool:
    """Whether an address, as the resolver gives it, is on the public internet.

    An IPv6 address that carries an IPv4 one (mapped, 6to4, Teredo, NAT64, compatible) leads where
    the inner one does or nowhere: none of them is.
    """
    try:
        found = ip_address(address)
    except ValueError:  # with a zone, fe80::1%eth0
        return False
    if isinstance(found, IPv6Address):
        if found.is_site_local or _carries_ipv4(found):
            return False
    elif found in _RELAYS:
        return False
    return found.is_global and not (
        found.is_multicast or found.is_reserved or found.is_unspecified or found.is_loopback
    )


def _carries_ipv4(found: IPv6Address) -> bool:
    inner: IPv4Address | tuple[IPv4Address, IPv4Address] | None = (
        found.ipv4_mapped or found.sixtofour or found.teredo
    )
    return bool(inner) or any(found in network for network in _NAT64) or int(found) < 2**32


def check_url(url: str) -> tuple[str, str]:
    """Return the address and its host; raise BadInput, without repeating the address: it is secret.

    What the host resolves to is looked at each time when it is connected to, see `notices.post`.
    """
    parts = _split(url.strip())
    if parts is None:
        raise BadInput(
            "This is not an address that can be used. Write the whole of it, such as "
            "https://hooks.slack.com/services/…, without blanks or #."
        )
    if parts.scheme != "https":
        raise BadInput("The address must begin with https://, so that nobody on the way reads it.")
    if parts.username is not None or parts.password is not None:
        raise BadInput("The address must not hold a user name or password.")
    if parts.port not in (None, PORT):
        raise BadInput("The address must not name a port: webhooks go to port 443 only.")
    host = (parts.hostname or "").lower()
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise BadInput(
            "The address must name a host of the public internet, such as hooks.slack.com: no "
            "number, no name of this network."
        )
    return parts._replace(netloc=host, fragment="").geturl(), host


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is none
    except ValueError:
        return None
    fit = url.isascii() and url.isprintable() and not set(url) & set(' #\\"<>{}')
    return parts if fit and parts.hostname and len(url) <= MAX_LENGTH else None

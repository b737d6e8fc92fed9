"""One POST to an address that somebody typed in: to the public internet, within seconds, once.

It is connected to the very addresses that were looked at (TLS and Host keep the name), no redirect
is followed, no proxy is used, and nothing of the answer but its status is read.
"""

import logging
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpcore
from django.conf import settings

from imports.mega import wire
from imports.notices import address

SECONDS = 5.0  # in all: name, connection, TLS, request, head of the answer
WAKE_WITHIN = 2.0  # seconds between taking and posting, else the process was frozen in between

PROBLEMS: tuple[tuple[type[Exception], str], ...] = (  # the narrower kinds first
    (wire.LateError, "late"),
    (wire.DnsError, "dns"),
    (wire.RefusedAddressError, "not_public"),
    (wire.TlsError, "tls"),
    (httpcore.ConnectTimeout, "connect_timeout"),
    (httpcore.ConnectError, "connect_refused"),
    (httpcore.TimeoutException, "timeout"),
    (httpcore.NetworkError, "broke_off"),
    (httpcore.ProtocolError, "not_http"),
)


@dataclass(frozen=True)
class Door:
    """How the outside is reached; tests have one that leads to a server of their own."""

    allows: Callable[[str], bool] = address.is_public
    port: int = address.PORT
    trust: Callable[[], ssl.SSLContext] = httpcore.default_ssl_context
    seconds: float = SECONDS


@dataclass
class Poster:
    """Posts, one request for each connection: nothing is kept that could lead elsewhere later."""

    door: Door = field(default_factory=Door)

    def __post_init__(self) -> None:
        logging.getLogger("httpcore").setLevel(logging.WARNING)  # it logs addresses
        self._trust = self.door.trust()

    def post(self, url: str, headers: Mapping[str, str], body: bytes, taken: float) -> str:
        """Return the HTTP status as text, or the code of what went wrong. Raises nothing.

        `taken` is when the call was taken, by `wire.steady()`.
        """
        deadline = wire.steady() + self.door.seconds
        try:
            with wire.exchange(taken + WAKE_WITHIN, deadline, last_look=0.0):
                return self._post(url, headers, body)
        except tuple(kind for kind, _ in PROBLEMS) as problem:
            return next(code for kind, code in PROBLEMS if isinstance(problem, kind))

    def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> str:
        backend = wire.DeadlineBackend(self.door.allows)
        known = httpcore.URL(url)
        target = httpcore.URL(
            scheme=b"https", host=known.host, port=self.door.port, target=known.target
        )
        with httpcore.ConnectionPool(
            ssl_context=self._trust, network_backend=backend, max_connections=1, retries=0
        ) as pool:
            sent = {
                "Host": known.host.decode(),
                "User-Agent": f"mega-lead-portal/{settings.RELEASE}",
                "Accept-Encoding": "identity",
                "Content-Type": "application/json",
                **headers,
            }
            with pool.stream("POST", target, headers=[*sent.items()], content=body) as answer:
                return str(answer.status)

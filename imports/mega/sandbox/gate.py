"""Who may see the sandbox's page and use its own endpoints: whoever holds its key.

The leads that arrive are real when somebody tries a real spreadsheet, and every account of the
machine reaches a port of loopback. MEGA's own endpoints go by token and do not pass here.
"""

import hmac
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlencode, urlsplit

from imports.mega.address import is_loopback
from imports.mega.sandbox.replies import Refusal, Reply, Request

HEADER = "x-sandbox-key"
_CLOSED = (
    "The sandbox's page and /_sandbox/ take its key. Open the address that `make run` or "
    "`manage.py mega_sandbox` printed, or send the key as X-Sandbox-Key."
)


class Gate:
    """Checks the key; without one nobody passes, unless it is told to stand open."""

    def __init__(self, key: str | None, *, is_open: bool = False) -> None:
        self._key = key or ""
        self._is_open = is_open

    def address(self, url: str) -> str:
        """Return the page's address, with the key when there is one."""
        return f"{url}/?{urlencode({'key': self._key})}" if self._key else url

    def admit(self, request: Request) -> Reply | None:
        """Return None for a holder of the key; the page's address with the key is answered with
        a cookie and led on to the page without it. Raise Refusal (403) for all others.
        """
        if self._is_open:
            return None
        given = request.query.get("key", "")
        if (request.method, request.path) == ("GET", "/") and self._fits(given):
            cookie = f"{_cookie(request)}={self._key}; Path=/; HttpOnly; SameSite=Strict"
            return Reply(303, b"", "text/plain", {"Location": "/", "Set-Cookie": cookie})
        if not any(map(self._fits, _carried(request))):
            raise Refusal(403, _CLOSED)
        return None

    def _fits(self, given: str) -> bool:
        ours, theirs = self._key.encode(), given.encode("utf-8", "surrogateescape")
        return bool(ours) and hmac.compare_digest(ours, theirs)


def refuse_other_sites(request: Request) -> None:
    """Refuse other sites' pages in a browser of this machine."""
    host = request.headers.get("host", "")
    if not is_loopback(urlsplit(f"//{host}").hostname or ""):
        raise Refusal(403, "The sandbox answers only under this machine's own names.")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        raise Refusal(403, "The sandbox takes nothing from other sites' pages.")


def _carried(request: Request) -> list[str]:
    """Return what a request shows as its key: a header for programs, a cookie for browsers."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    try:
        cookies = SimpleCookie(request.headers.get("cookie", ""))
    except CookieError:
        cookies = SimpleCookie()
    cookie = cookies.get(_cookie(request))
    return [
        request.headers.get(HEADER, ""),
        bearer.strip() if scheme.lower() == "bearer" else "",
        cookie.value if cookie else "",
    ]


def _cookie(request: Request) -> str:
    """Return a name for each port: cookies know hosts only, and two sandboxes share one."""
    port = request.headers.get("host", "").rpartition(":")[2]
    return f"mega_sandbox_{port if port.isdigit() else 80}"

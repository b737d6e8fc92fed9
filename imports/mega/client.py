"""The one door to MEGA: posts exact bytes, returns whatever answer came, or says what is known.

`post_bulk` and `list_leads` return an `Answer` of any status, or raise
- NotSent: nothing of the request left this machine;
- OutcomeUnknown: something of it may have left, and no whole answer came back; as BrokenOff it
  carries what came of one.
Their sentences are ours: no token, header, address of a page or lead data is in them. What is
returned or carried of an answer is without the token, should MEGA repeat it.
"""

import logging
import ssl
import zlib
from collections.abc import Iterable, Iterator, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import cast

import httpcore
import httpx  # noqa: TID251 - this is the one door

from imports.errors import BadInput, MegaError, NotSent, OutcomeUnknown
from imports.mega import heard, wire
from imports.mega.address import check_base_url
from imports.mega.contract import BULK_PATH, LEADS_PATH, Answer, looks_like_token

__all__ = ["MegaClient", "check_base_url", "looks_like_token"]

USER_AGENT = "mega-lead-portal/0.1.0"
MOST_CONNECTIONS = 64
KEPT_ALIVE = 4.0  # seconds; the commonest server closes after five, and a race costs a replay
LARGEST_ANSWER = 8 * 1024 * 1024  # bytes, after decompression
LARGEST_PART = 1024 * 1024  # bytes that are kept of an answer that broke off or is too large

_UNSENT = {
    "dns": "MEGA's address {host} could not be resolved.",
    "connect_refused": "MEGA could not be reached: {host} accepts no connection.",
    "connect_timeout": "MEGA could not be reached: {host} did not answer in time.",
    "tls": "No secure connection to {host} came about: its certificate is not trusted, or it "
    "does not speak TLS.",
    "pool": "All connections to MEGA were busy.",
    "late": "The request would have left too late, after its turn had passed.",
    "unusable": "The request could not be written: its address, token or key has characters that "
    "HTTP does not allow.",
}
_UNKNOWN = {
    "write_timeout": "MEGA did not take in the whole request in time.",
    "read_timeout": "The request was sent, but no answer came in time.",
    "deadline": "MEGA's answer was not complete in time.",
    "reset": "The request was sent, but the connection broke before an answer came.",
    "truncated": "MEGA's answer broke off.",
    "garbled": "What came back is not HTTP.",
    "too_large": "MEGA's answer is larger than this portal accepts.",
}


class _TooLargeError(Exception):
    """The answer's body is over the limit."""


_BEFORE: tuple[tuple[type[Exception], str], ...] = (  # the narrower kinds first
    (wire.LateError, "late"),
    (wire.DnsError, "dns"),
    (wire.TlsError, "tls"),
    (httpcore.ConnectTimeout, "connect_timeout"),
    (httpcore.ConnectError, "connect_refused"),
    (httpcore.PoolTimeout, "pool"),
    (httpcore.TimeoutException, "late"),
)
_PROBLEMS = (
    wire.LateError,
    _TooLargeError,
    zlib.error,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    httpx.HTTPError,
)
_BEARER = "Bearer "
_DROPPED = frozenset({"set-cookie", "set-cookie2"})


class _Body(httpx.SyncByteStream):
    """An answer's body as it arrives."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class DeadlineTransport(httpx.BaseTransport):
    """Carries requests over connections that know the deadline; httpcore's errors come through."""

    def __init__(self, ssl_context: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context,
            max_connections=MOST_CONNECTIONS,
            max_keepalive_connections=MOST_CONNECTIONS,
            keepalive_expiry=KEPT_ALIVE,
            network_backend=wire.DeadlineBackend(),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, return the answer's head and its body as a stream."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=url,
                headers=request.headers.raw,
                content=cast(httpx.SyncByteStream, request.stream),
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class MegaClient:
    """The client of one process, shared by its threads; connections are kept alive.

    `connect_timeout` and `deadline` are seconds; `largest` bytes of an answer's body.
    """

    def __init__(
        self,
        *,
        connect_timeout: float = 5.0,
        deadline: float = 60.0,
        largest: int = LARGEST_ANSWER,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        for name in ("httpx", "httpcore"):  # they log addresses, and headers with the token
            logging.getLogger(name).setLevel(logging.WARNING)
        self._deadline = deadline
        self._largest = largest
        context = ssl_context or httpx.create_ssl_context(trust_env=False)
        self._client = httpx.Client(
            transport=DeadlineTransport(context),
            timeout=httpx.Timeout(deadline, connect=connect_timeout, pool=connect_timeout),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
            # One customer's cookies must never reach MEGA with another's token.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def post_bulk(  # noqa: PLR0913 - all by name: each is part of the request
        self,
        *,
        base_url: str,
        token: str,
        mega_id: str,
        body: bytes,
        idempotency_key: str | None,
        start_by: float,
        deadline: float,
    ) -> Answer:
        """Post the bytes as they are. `start_by` and `deadline` are `wire.steady()` seconds:
        the first byte never leaves after the one, and nothing is waited for after the other.
        """
        headers = {"Content-Type": "application/json"}
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        headers |= _credentials(token, mega_id)
        try:
            url = check_base_url(base_url) + BULK_PATH
            request = self._client.build_request("POST", url, headers=headers, content=body)
        except (BadInput, ValueError, httpx.InvalidURL):
            request = None
        return self._exchange(request, start_by, deadline)

    def list_leads(
        self,
        *,
        base_url: str,
        token: str,
        mega_id: str,
        params: Mapping[str, str],
        deadline: float,
    ) -> Answer:
        """Ask for a page of the customer's leads; `params` as in the vendor's description."""
        headers = _credentials(token, mega_id)
        try:
            url = check_base_url(base_url) + LEADS_PATH
            request = self._client.build_request("GET", url, headers=headers, params=params)
        except (BadInput, ValueError, httpx.InvalidURL):
            request = None
        return self._exchange(request, deadline, deadline)

    def _exchange(self, request: httpx.Request | None, start_by: float, deadline: float) -> Answer:
        """Send and read under one deadline.

        The error is raised outside of any `except`, so that it drags no request along.
        """
        if request is None:
            raise _not_sent("unusable", "")
        deadline = min(deadline, wire.steady() + self._deadline)
        with wire.exchange(start_by, deadline) as exchange:
            reply = self._attempt(request, exchange)
        if isinstance(reply, MegaError):
            raise reply
        return reply

    def _attempt(self, request: httpx.Request, exchange: wire.Exchange) -> Answer | MegaError:
        """Return the answer or what went wrong, without the token that was sent."""
        timeouts = request.extensions["timeout"]
        timeouts["pool"] = max(0.0, exchange.left(timeouts["pool"]))
        response, body = None, bytearray()
        reply: Answer | MegaError
        try:
            response = self._client.send(request, stream=True)
            try:
                _read(response.iter_raw(), response.headers, self._largest, body)
            finally:
                response.close()
        except _PROBLEMS as problem:
            part = None if response is None else _answer(response, body[:LARGEST_PART])
            reply = _explain(problem, exchange, request.url.host, part)
        else:
            reply = _answer(response, body)
        token = request.headers["Authorization"].removeprefix(_BEARER)
        return heard.without_tokens(reply, token)


def _credentials(token: str, mega_id: str) -> dict[str, str]:
    return {"Authorization": f"{_BEARER}{token}", "x-customer-id": mega_id}


def _answer(response: httpx.Response, body: bytearray) -> Answer:
    headers = {name: text for name, text in response.headers.items() if name not in _DROPPED}
    return Answer(response.status_code, headers, bytes(body))


def _read(chunks: Iterable[bytes], headers: httpx.Headers, largest: int, body: bytearray) -> None:
    """Collect the body, at most `largest` bytes; gzip is undone although we did not ask for it."""
    gzip = None
    if headers.get("content-encoding", "").strip().lower() in ("gzip", "x-gzip"):
        gzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    for chunk in chunks:
        body += gzip.decompress(chunk, largest + 1 - len(body)) if gzip else chunk
        if len(body) > largest:
            raise _TooLargeError


def _explain(
    problem: Exception, exchange: wire.Exchange, host: str, part: Answer | None
) -> MegaError:
    """Say what became of an exchange without a whole answer; what counts is whether a byte left."""
    if not exchange.wrote:
        codes = (code for kind, code in _BEFORE if isinstance(problem, kind))
        return _not_sent(next(codes, "unusable"), host)
    code = "garbled"
    if isinstance(problem, _TooLargeError):
        code = "too_large"
    elif isinstance(problem, httpcore.WriteTimeout):
        code = "write_timeout"
    elif isinstance(problem, httpcore.TimeoutException):
        code = "deadline" if exchange.heard else "read_timeout"
    elif isinstance(problem, httpcore.NetworkError) or exchange.ended:
        code = "truncated" if exchange.heard else "reset"
    if part is not None:
        return heard.BrokenOff(_UNKNOWN[code], code=code, part=part)
    return OutcomeUnknown(_UNKNOWN[code], code=code)


def _not_sent(code: str, host: str) -> NotSent:
    return NotSent(f"{_UNSENT[code].format(host=host)} Nothing was sent.", code=code)

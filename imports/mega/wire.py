"""One deadline over a whole exchange: a network backend for httpcore that knows what time it is.

The timeouts of httpx are per read: a server that drips a byte a second is never late. Here every
connect, write and read gets what is left until the exchange's deadline, and nothing is written at
all once its `start_by` has passed, on a new connection and on one that was kept alive alike.
An answer that lies there already is taken in even after the deadline: whoever slept through it
(a frozen process) would have to repeat a request whose answer it holds.
"""

import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

import httpcore

SocketOptions = Iterable[Any] | None
_CHUNK = 64 * 1024
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_LAST_LOOK = 1.0  # seconds past the deadline in which what has arrived is still taken in


def steady() -> float:
    """Return seconds that never jump and that go on while the machine sleeps.

    `time.monotonic` stands still in a suspended machine: it would wake hours late and feel fresh.
    """
    return time.clock_gettime(_STEADY)


class LateError(Exception):
    """The first byte would have left after `start_by`."""


class DnsError(httpcore.ConnectError):
    """The host's name has no address, or none was told in time."""


class TlsError(httpcore.ConnectError):
    """No trustworthy encrypted connection came about."""


class RefusedAddressError(httpcore.ConnectError):
    """The host has an address that may not be connected to."""


@dataclass
class Exchange:
    """One request and its answer; times are `steady()` seconds."""

    start_by: float
    deadline: float
    wrote: bool = False  # a byte of the request may have left
    heard: bool = False  # a byte of an answer came
    ended: bool = False  # the other side closed
    last_look: float = _LAST_LOOK
    late_until: float = 0.0  # the end of the last look, once it has begun

    def left(self, own: float | None) -> float:
        """Return the seconds that an operation may take, at most its own timeout."""
        left = self.deadline - steady()
        return left if own is None else min(own, left)

    def has_last_look(self) -> bool:
        """Return whether what has arrived may still be taken in, now that the deadline is past."""
        now = steady()
        self.late_until = self.late_until or now + self.last_look
        return now < self.late_until


_current: ContextVar[Exchange] = ContextVar("exchange")


@contextmanager
def exchange(start_by: float, deadline: float, last_look: float = _LAST_LOOK) -> Iterator[Exchange]:
    """Bound everything that this thread does on the network until the block ends."""
    now = Exchange(start_by, deadline, last_look=last_look)
    token = _current.set(now)
    try:
        yield now
    finally:
        _current.reset(token)


class DeadlineStream(httpcore.NetworkStream):
    """A connected socket whose every operation ends at the deadline of the exchange it serves."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there; raises httpcore.ReadTimeout, httpcore.ReadError."""
        current = _current.get()
        try:
            data = self._recv(max_bytes, current.left(timeout), current)
        except (TimeoutError, BlockingIOError, ssl.SSLWantReadError):
            raise httpcore.ReadTimeout from None
        except OSError:
            raise httpcore.ReadError from None
        if data:
            current.heard = True
        else:
            current.ended = True
        return data

    def _recv(self, max_bytes: int, seconds: float, current: Exchange) -> bytes:
        """Wait for data at most so long; then take what has arrived all the same."""
        try:
            self._sock.settimeout(_positive(seconds))
            return self._sock.recv(max_bytes)
        except TimeoutError:
            if not current.has_last_look():
                raise
        self._sock.settimeout(0)
        return self._sock.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it; raises LateError before the first byte of a request that is late."""
        if not buffer:
            return
        current = _current.get()
        if not current.wrote and steady() > current.start_by:
            raise LateError
        rest = memoryview(buffer)
        try:
            while rest:
                self._sock.settimeout(_positive(current.left(timeout)))
                current.wrote = True
                rest = rest[self._sock.send(rest[:_CHUNK]) :]
        except TimeoutError:
            raise httpcore.WriteTimeout from None
        except OSError:
            raise httpcore.WriteError from None

    def close(self) -> None:
        """Close the socket, whatever state it is in."""
        self._sock.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Return the encrypted stream; raises TlsError, httpcore.ConnectTimeout."""
        try:
            self._sock.settimeout(_positive(_current.get().left(timeout)))
            return DeadlineStream(
                ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
            )
        except TimeoutError:
            self.close()
            raise httpcore.ConnectTimeout from None
        except OSError:  # ssl.SSLError and its certificate errors are among them
            self.close()
            raise TlsError from None

    def get_extra_info(self, info: str) -> Any:
        """Answer the pool's one question: whether an idle connection has something to read."""
        if info != "is_readable":
            return None
        if self._sock.fileno() < 0:
            return True
        poll = select.poll()
        poll.register(self._sock, select.POLLIN)
        return bool(poll.poll(0))


class DeadlineBackend(httpcore.NetworkBackend):
    """Connects within its timeout in all, however many addresses a name has.

    With `allows`, only to a host *all* of whose addresses it allows: the very addresses that were
    looked at are connected to, so that no second answer of a name server can lead elsewhere.
    """

    def __init__(self, allows: Callable[[str], bool] | None = None) -> None:
        self._allows = allows

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - the base class's signature
        socket_options: SocketOptions = None,  # noqa: ARG002 - likewise
    ) -> httpcore.NetworkStream:
        """Raises DnsError, RefusedAddressError, httpcore.ConnectError, httpcore.ConnectTimeout.

        Each address gets an even share of the time that is left, so that one that never answers
        does not keep the next from being tried.
        """
        until = steady() + _current.get().left(timeout)
        addresses = _addresses(host, port, until)
        if self._allows and not all(self._allows(address) for address, _ in addresses):
            raise RefusedAddressError
        problem: Exception = httpcore.ConnectTimeout()
        for index, address in enumerate(addresses):
            share = (until - steady()) / (len(addresses) - index)
            try:
                sock = socket.create_connection(address, _positive(share))
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return DeadlineStream(sock)
            except TimeoutError:
                problem = httpcore.ConnectTimeout()
            except OSError:
                problem = httpcore.ConnectError()
        raise problem


def _addresses(host: str, port: int, until: float) -> list[tuple[str, int]]:
    """Resolve the name in a thread of its own: the system's resolver knows no timeout."""
    answers: SimpleQueue[list[tuple[str, int]] | None] = SimpleQueue()

    def resolve() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys((str(one[4][0]), port) for one in found)))
        except (OSError, UnicodeError):
            answers.put(None)

    threading.Thread(target=resolve, name="resolve", daemon=True).start()
    try:
        found = answers.get(timeout=max(0.0, until - steady()))
    except Empty:
        found = None
    if not found:
        raise DnsError
    return found


def _positive(seconds: float) -> float:
    """Return a timeout that a socket understands as one: zero would mean 'do not block'."""
    if seconds <= 0:
        raise TimeoutError
    return seconds

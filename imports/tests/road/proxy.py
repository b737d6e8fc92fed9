"""A network between two processes that can be cut, stalled and shut, over real TCP.

`Proxy("127.0.0.1:8001")`, or the path of a unix socket, listens on a port of loopback. Nothing that
went in is lost by a stall: it arrives late, as on a real network, even when the sender gave up.
"""

import socket
import struct
import threading
import time
from contextlib import suppress

_CHUNK = 65536
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of zero: closing is a reset


class _Link:
    """One connection: two pumps, a way to end it, a way to silence it."""

    def __init__(self, proxy, inner, outer):
        self._proxy = proxy
        self.sockets = (inner, outer)
        self.speaks = threading.Event()
        self.speaks.set()
        self._open = 2
        self._guard = threading.Lock()
        for source, sink in ((inner, outer), (outer, inner)):
            threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source, sink):
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                self._wait()
                sink.sendall(data)
            self._wait()
            sink.shutdown(socket.SHUT_WR)
        with self._guard:
            self._open -= 1
            is_over = not self._open
        if is_over:
            self._proxy.forget(self)
            for one in self.sockets:
                one.close()

    def _wait(self):
        self._proxy.flows.wait()
        self.speaks.wait()
        if self._proxy.latency:
            time.sleep(self._proxy.latency)

    def cut(self):
        for one in self.sockets:
            with suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                one.shutdown(socket.SHUT_RDWR)
        self.speaks.set()


class Proxy:
    """Passes bytes on, until it is told otherwise; every method may be called at any time."""

    def __init__(self, target, latency=0.0):
        self._target = target
        self._links = set()
        self._guard = threading.Lock()
        self._usual = latency
        self.latency = latency  # seconds that each piece of data takes
        self.flows = threading.Event()
        self.flows.set()
        self._listener = None
        self.port = 0
        self.admit()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def admit(self):
        """Accept connections (again)."""
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port), backlog=256)
            self.port = self._listener.getsockname()[1]
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def refuse(self):
        """Refuse new connections; those that are open go on."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
            listener.close()

    def stall(self):
        """Let nothing through; it is passed on when it flows again."""
        self.flows.clear()

    def flow(self):
        self.flows.set()

    def silence(self):
        """Let the open connections say nothing more, for ever; new ones are as good as any."""
        for link in self._all():
            link.speaks.clear()

    def cut(self):
        """Reset every open connection."""
        for link in self._all():
            link.cut()

    def heal(self):
        """Undo whatever it was told; silenced connections are cut."""
        for link in self._all():
            if not link.speaks.is_set():
                link.cut()
        self.latency = self._usual
        self.flow()
        self.admit()

    def close(self):
        self.refuse()
        self.flow()
        self.cut()

    def forget(self, link):
        with self._guard:
            self._links.discard(link)

    def _all(self):
        with self._guard:
            return list(self._links)

    def _accept(self, listener):
        while True:
            try:
                inner, _ = listener.accept()
            except OSError:
                return
            try:
                outer = self._connect()
            except OSError:
                inner.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                inner.close()
                continue
            for one in (inner, outer):
                if one.family == socket.AF_INET:
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._guard:
                self._links.add(_Link(self, inner, outer))

    def _connect(self):
        if self._target.startswith("/"):
            outer = socket.socket(socket.AF_UNIX)
            outer.connect(self._target)
            return outer
        host, _, port = self._target.rpartition(":")
        outer = socket.create_connection((host, int(port)), 5)
        outer.settimeout(None)
        return outer

"""HTTP/1.1 for the sandbox, on loopback only."""

import socket
import struct
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from imports.errors import BadInput
from imports.mega.address import is_loopback
from imports.mega.contract import BULK_PATH, LEADS_PATH
from imports.mega.sandbox.control import control
from imports.mega.sandbox.gate import Gate, refuse_other_sites
from imports.mega.sandbox.replies import Dropped, Refusal, Reply, Request
from imports.mega.sandbox.service import Service

_LONGEST_IDLE = 75.0  # seconds a kept-alive connection may stay silent
_MOST_THROWN_AWAY = 256 * 1024 * 1024  # bytes
_SAFE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # none at all makes browsers send `Origin: null`
    "Cache-Control": "no-store",
}


class Handler(BaseHTTPRequestHandler):
    """Reads a request whole, lets the service answer it, writes the answer in one go."""

    protocol_version = "HTTP/1.1"
    server_version = "mega-sandbox"
    sys_version = ""
    timeout = _LONGEST_IDLE
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave together
    server: "Server"

    def do_GET(self) -> None:
        """Answer a GET."""
        self._serve()

    do_POST = do_GET  # noqa: N815 - named by the base class

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's signature
        """Log nothing: addresses can hold searches for people; the journal has what matters."""

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        parts = urlsplit(self.path)
        is_bulk = (self.command, parts.path) == ("POST", BULK_PATH)
        service = self.server.service
        try:
            if is_bulk and service.drops_unread(headers.get("authorization", "")):
                raise Dropped  # noqa: TRY301 - one way to drop
            request = self._read(parts.path, dict(parse_qsl(parts.query)), headers)
            self._write(self._reply(request, is_bulk=is_bulk))
        except Dropped:
            self._reset()
        except OSError:
            self.close_connection = True

    def _read(self, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Request:
        """Read the body; one over the limit is thrown away, or left unread when it is huge."""
        length = headers.get("content-length", "0")
        size = int(length) if length.isascii() and length.isdigit() else -1
        if size > self.server.service.largest_body:
            self._throw_away(size)
            return Request(self.command, path, query, headers, b"", is_too_large=True)
        if size < 0 or "transfer-encoding" in headers:
            self.close_connection = True
            return Request(self.command, path, query, headers, b"")
        body = self.rfile.read(size)
        if len(body) < size:
            raise ConnectionError("The client went away in the middle of its request.")
        return Request(self.command, path, query, headers, body)

    def _throw_away(self, size: int) -> None:
        """Take in what a client insists on sending first: it would miss our answer otherwise."""
        self.close_connection = size > _MOST_THROWN_AWAY
        left = min(size, _MOST_THROWN_AWAY)
        while left > 0 and (chunk := self.rfile.read(min(left, 65536))):
            left -= len(chunk)

    def _reply(self, request: Request, *, is_bulk: bool) -> Reply:
        service = self.server.service
        try:
            refuse_other_sites(request)
            if is_bulk:
                return service.post_bulk(request)
            if (request.method, request.path) == ("GET", LEADS_PATH):
                return service.list_leads(request)
            return self.server.gate.admit(request) or control(service, request)
        except Refusal as refusal:
            return refusal.reply()

    def _write(self, reply: Reply) -> None:
        self.send_response(reply.status)
        headers = {"Content-Type": reply.content_type, **_SAFE_HEADERS, **reply.headers}
        if "content-length" not in {name.lower() for name in headers}:
            headers["Content-Length"] = str(len(reply.body))
        for name, value in headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self._write_body(reply)

    def _write_body(self, reply: Reply) -> None:
        if reply.cut is not None:
            self.wfile.write(reply.body[: reply.cut])
            self.close_connection = True
        elif reply.drip is None:
            self.wfile.write(reply.body)
        else:
            for place in range(len(reply.body)):
                self.wfile.write(reply.body[place : place + 1])
                self.wfile.flush()
                self.server.service.faults.pause(reply.drip)

    def _reset(self) -> None:
        """End the connection with a reset instead of an orderly end."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.server.abandon(self.connection)


class Server(ThreadingHTTPServer):
    """A thread per connection; `stop` ends them all."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, service: Service, gate: Gate, host: str, port: int) -> None:
        if not is_loopback(host):
            raise BadInput(
                f"The sandbox listens on this machine only, not on {host}. Use 127.0.0.1."
            )
        self.service = service
        self.gate = gate
        self._connections: set[socket.socket] = set()
        self._guard = threading.Lock()
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that it can be ended."""
        with self._guard:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection; one that was reset is closed as it is."""
        with self._guard:
            is_open = request in self._connections
            self._connections.discard(request)
        if is_open:
            super().shutdown_request(request)

    def abandon(self, connection: socket.socket) -> None:
        """Close a connection without a word; with its linger of zero that is a reset."""
        with self._guard:
            self._connections.discard(connection)
        connection.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away; everything else is told on stderr."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        """Stop listening and end all connections."""
        self.shutdown()
        self.server_close()
        with self._guard:
            left, self._connections = self._connections, set()
        for connection in left:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

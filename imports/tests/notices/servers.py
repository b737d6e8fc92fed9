"""Servers of the stories: one that takes mail, and one that takes webhooks over TLS."""

import datetime as dt
import socket
import ssl
import tempfile
import threading
from contextlib import contextmanager, suppress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Listener:
    """Answers each connection with `talk` in a thread of its own."""

    def __init__(self, talk, host="127.0.0.1", port=0):
        self.socket = socket.create_server((host, port))
        self.port = self.socket.getsockname()[1]
        self.talk, self.connections = talk, 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        with connection, suppress(OSError):
            self.talk(connection)

    def close(self):
        with suppress(OSError):  # closed already
            self.socket.shutdown(socket.SHUT_RDWR)  # or `accept` would still take one more
        self.socket.close()


class MailServer:
    """Takes mails; `refuse` names a word of SMTP and its answer, `silent` one that gets none."""

    def __init__(self):
        self.mails, self.refuse, self.silent = [], {}, None
        self.enough = threading.Event()
        self._listener = Listener(self._talk)
        self.port = self._listener.port

    def _talk(self, connection):
        lines = connection.makefile("rb")
        connection.sendall(b"220 here\r\n")
        while line := lines.readline():
            word = line.split()[0].upper().decode()
            if word == self.silent:
                self.enough.wait()
                return
            answer = self.refuse.get(word, "354 go on" if word == "DATA" else "250 yes")
            connection.sendall(f"{answer}\r\n".encode())
            if word == "DATA" and answer.startswith("354"):
                self.mails.append(_until_dot(lines))
                connection.sendall(b"250 taken\r\n")
            if word == "QUIT":
                return

    def close(self):
        self.enough.set()
        self._listener.close()


def _until_dot(lines):
    found = []
    while (line := lines.readline()) not in (b".\r\n", b""):
        found.append(line.decode())
    return "".join(found)


class HookServer:
    """Takes webhooks for one host name over TLS; `answer` is what it says, `None` nothing."""

    def __init__(self, name="hooks.example.com", host="127.0.0.1", port=0):
        self.requests, self.names, self.closes = [], [], False
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        self.enough = threading.Event()
        self.context, self.trusted = _tls(name)
        self.context.sni_callback = lambda _sock, asked, _context: self.names.append(asked)
        self._listener = Listener(self._talk, host, port)
        self.port = self._listener.port

    @property
    def connections(self):
        return self._listener.connections

    def _talk(self, raw):
        with self.context.wrap_socket(raw, server_side=True) as connection:
            self.requests.append(_request(connection))
            if self.answer is None:
                self.enough.wait()
                return
            connection.sendall(self.answer)
            if not self.closes:
                connection.recv(1)

    def close(self):
        self.enough.set()
        self._listener.close()


def _request(connection):
    """Return (request line, headers in lower case, body)."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    while len(body) < int(headers["content-length"]):
        body += connection.recv(65536)
    return first, headers, body


def _tls(name):
    """A certificate for the name; return the server's context and one that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with _file(pem + secret) as path:
        server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=pem.decode())


@contextmanager
def _file(content):

    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        yield file.name

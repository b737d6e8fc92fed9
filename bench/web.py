"""A web server as the Procfile has it, with one process that has answered nobody, and a visitor."""

import re
import socket
import sys
import time
from http.cookiejar import CookieJar
from typing import Any, Self
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import (
    HTTPCookieProcessor,
    HTTPRedirectHandler,
    Request,
    build_opener,
    urlopen,
)

from bench.engine import Portal

PATIENCE = 60.0  # seconds until it must answer
_FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Web(Portal):
    """`with Web() as web:` gives one that answers; `web.seconds` is how long it took to start."""

    def __init__(self, **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        mine = {"HOST": "127.0.0.1", "PORT": port, "WEB_PROCESSES": "1"}
        super().__init__(**mine, **environment)
        self.address = f"http://127.0.0.1:{port}"
        self.seconds = 0.0

    def __enter__(self) -> Self:
        began = time.monotonic()
        process = self.launch("web")
        while not self._answers():
            late = time.monotonic() - began > PATIENCE
            if late or process.poll() is not None:
                sys.exit(f"The web server did not start:\n{self.said()}")
            time.sleep(0.01)
        self.seconds = round(time.monotonic() - began, 2)
        return self

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.address}/healthz", timeout=PATIENCE) as answer:
                return bool(answer.status == 200)
        except URLError:
            return False


class _Stay(HTTPRedirectHandler):
    """Follows nothing: a page that leads elsewhere would be measured as that one."""

    def redirect_request(self, *_args: Any) -> None:
        return None


class Visitor:
    """Somebody with a browser's cookies."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()), _Stay)

    def get(self, path: str) -> str:
        """Fetch a page; anything but 200 is an HTTPError."""
        with self._opener.open(self._address + path) as answer:
            page: str = answer.read().decode()
            return page

    def sign_in(self, path: str, email: str, password: str) -> None:
        """As a person does it: the page first, then its form."""
        found = _FORM_TOKEN.search(self.get(path))
        assert found, "the sign-in has no form"
        said = {"csrfmiddlewaretoken": found[1], "login": email, "password": password}
        try:
            self._opener.open(Request(self._address + path, urlencode(said).encode()))
        except HTTPError as answer:
            if answer.code != 302:  # as a success leads on
                raise

"""Which addresses of a MEGA are taken: a token goes there."""

import pytest

from imports.errors import BadInput, NotSent
from imports.mega.client import check_base_url
from imports.tests.mega.conftest import send


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://app.gomega.ai/", "https://app.gomega.ai"),
        ("https://gateway.example:8443/mega", "https://gateway.example:8443/mega"),
        (" http://127.0.0.1:8001 ", "http://127.0.0.1:8001"),
        ("http://localhost:8001", "http://localhost:8001"),
        ("http://[::1]:8001", "http://[::1]:8001"),
    ],
)
def test_addresses_that_a_token_may_go_to(given, kept):
    assert check_base_url(given) == kept


@pytest.mark.parametrize(
    "url",
    [
        "http://app.gomega.ai",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "ftp://app.gomega.ai",
        "app.gomega.ai",
        "https://",
        "https://user:secret@app.gomega.ai",
        "https://app.gomega.ai?x=1",
        "https://app.gomega.ai#x",
        "https://app.gomega.ai:0",
        "https://app.gomega.ai:99999",
        "https://app gomega.ai",
        "https://app.gomega.ai\\@evil.example",
        "",
    ],
)
def test_addresses_that_a_token_may_not_go_to(client, url):
    with pytest.raises(BadInput):
        check_base_url(url)
    with pytest.raises(NotSent):
        send(client, url)

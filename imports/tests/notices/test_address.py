"""Which addresses a webhook may lead to."""

import pytest

from imports.errors import BadInput
from imports.notices import address


@pytest.mark.parametrize(
    "inside",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1",
        "198.51.100.1", "203.0.113.1", "192.88.99.1",
        "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::10.0.0.1", "::8.8.8.8", "::ffff:10.0.0.1", "::ffff:127.0.0.1",
        "::ffff:8.8.8.8", "fd00::1", "fc00::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
        "2002:0a00:0001::1", "2002:0808:0808::1", "64:ff9b::10.0.0.1", "64:ff9b::8.8.8.8",
        "64:ff9b:1::10.0.0.1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "100::1",
        "", "hooks.slack.com", "2130706433", "0x7f000001",
    ],
)  # fmt: skip
def test_what_is_inside_carried_in_something_else_or_no_address_is_not_public(inside):
    assert not address.is_public(inside)


@pytest.mark.parametrize("outside", ["8.8.8.8", "93.184.216.34", "2606:4700::1111"])
def test_the_public_internet_is(outside):
    assert address.is_public(outside)


def test_a_slack_address_is_taken_as_it_is():
    url = "https://hooks.slack.com/services/T0/B0/abcDEF?x=1&y=%20"

    assert address.check_url(f"  {url}\n") == (url, "hooks.slack.com")
    assert address.check_url("https://Hooks.Example.COM:443/a") == (
        "https://hooks.example.com/a",
        "hooks.example.com",
    )


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://hooks.slack.com/services/x", "https://"),
        ("ftp://hooks.slack.com/", "https://"),
        ("hooks.slack.com/services/x", "https://"),
        ("https://anna:secret@hooks.slack.com/", "user name"),
        ("https://@hooks.slack.com/", "user name"),
        ("https://hooks.slack.com:8443/", "port"),
        ("https://hooks.slack.com:80/", "port"),
        ("https://hooks.slack.com:99999/", "not an address"),
        ("https://127.0.0.1/", "public internet"),
        ("https://[::1]/", "public internet"),
        ("https://[::ffff:10.0.0.1]/", "public internet"),
        ("https://2130706433/", "public internet"),
        ("https://0x7f000001/", "public internet"),
        ("https://0x7f.1/", "public internet"),
        ("https://017700000001/", "public internet"),
        ("https://127.1/", "public internet"),
        ("https://8.8.8.8/", "public internet"),
        ("https://localhost/", "public internet"),
        ("https://localhost./", "public internet"),
        ("https://intranet/", "public internet"),
        ("https://-a.example.com/", "public internet"),
        ("https://a..example.com/", "public internet"),
        ("https://exämple.com/", "not an address"),
        ("https://a.example.com/#x", "not an address"),
        ("https://a.example.com\\@b.example.com/", "not an address"),
        ("https://a.example.com/\r\nHost: b", "not an address"),
        ("https:///x", "not an address"),
        ("https://a.example.com/" + "x" * 1000, "not an address"),
        ("", "not an address"),
    ],
)
def test_other_addresses_are_refused_in_words_that_do_not_repeat_them(url, word):
    with pytest.raises(BadInput) as refusal:
        address.check_url(url)

    assert word in refusal.value.sentence
    assert "secret@" not in refusal.value.sentence
    assert "8443" not in refusal.value.sentence

"""What a page carries: its style and all its scripts, compressed, are below 60 KB."""

import gzip
import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from imports.tests.pages import story, world
from imports.tests.pages.soundness import Page

MOST = 60 * 1024  # bytes
IMPORTED = re.compile(r"""\b(?:import|from)\s*\(?\s*["'](\.[^"']+)["']""")


def stored(address):
    path = urlsplit(address).path.removeprefix(f"/{settings.STATIC_URL.strip('/')}/")
    found = finders.find(path)
    assert found, f"{address} is no static file"
    return Path(found)


def carried(page):
    """Each style and script of the page, and the modules that these import."""
    styles = [one.attrs["href"] for one in page.named("link") if one.attrs["rel"] == "stylesheet"]
    waiting = styles + [one.attrs["src"] for one in page.named("script")]
    found = {}
    while waiting:
        address = waiting.pop()
        if address in found:
            continue
        found[address] = stored(address).read_bytes()
        if address.endswith(".js"):
            text = found[address].decode()
            waiting += [urljoin(address, one) for one in IMPORTED.findall(text)]
    return found


@pytest.mark.parametrize("address", ["/", "/imports/new/", "/history/", "/help/", "review", "send"])
def test_style_and_scripts_weigh_less_than_60_kilobytes(ines, acme, address):
    if address in {"review", "send"}:
        address = f"/imports/{story.reviewed(acme, ines.user).pk}/{address}/"
    files = carried(Page(story.text(ines.get(address))))
    weights = {name: len(gzip.compress(content, 6)) for name, content in files.items()}
    assert {Path(name).name for name in weights} >= {
        "portal.css",
        "portal.js",
        "live.js",
        "keep.js",
    }
    assert sum(weights.values()) < MOST, weights


def test_no_page_carries_anything_else(max_, acme):
    """No picture but the icon, no font, no style or script that is not a file of ours."""
    filled = world.fill(acme, max_.user)
    for address in world.pages(filled, max_):
        page = Page(story.text(max_.get(address)))
        assert {one.attrs.get("rel") for one in page.named("link")} <= {"icon", "stylesheet"}, (
            address
        )
        assert page.named("style", "img", "iframe", "object", "video") == [], address
        assert all(one.attrs.get("src") for one in page.named("script")), address

"""`make screenshots`: the pictures of the documents, taken from a running portal.

1. `manage.py run` starts a portal with its demo in a data folder of its own, on free ports.
2. Two samples are imported from the command line, so that there is something to see.
3. A Chromium signs in as the demo's manager and brings the third sample from upload to report; each
   page on the way is a picture.
4. All are written to docs/pictures at the end, with what they show: a run that fails changes none.

Takes about a minute. Ends with status 1 and a sentence when a page does not show what it should.
"""

import base64
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Error, Page, sync_playwright

from scripts import palette, pictures
from scripts.trial import Failed, Portal, running

CUSTOMER = "evergreen-homes-sandbox"
EARLIER = ("1-clean.csv", "3-refused-by-mega.csv")
SHOWN = "2-needs-repairs.xlsx"
USER = "demo@example.com"
PATIENCE = 30_000  # milliseconds for what a page should show
SENT_WITHIN = 100.0  # seconds

WORDS = """() => [...document.querySelectorAll("h1, h2, h3, legend, label, th, button, a.button")]
    .filter((one) => {
        const box = one.getBoundingClientRect();
        return one.checkVisibility() && box.width && box.bottom > 0 && box.top < innerHeight;
    })
    .map((one) => one.innerText.replace(/\\s+/g, " ").trim())
    .filter((words) => words.length > 2)"""
PIXELS = """async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const bytes = context.getImageData(0, 0, image.width, image.height).data;
    let text = "";
    for (let at = 0; at < bytes.length; at += 32768)
        text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return [image.width, image.height, btoa(text)];
}"""


@dataclass
class Camera:
    """Takes pictures of one window, and keeps them with the words that they show."""

    page: Page
    taken: dict[str, tuple[bytes, list[str]]] = field(default_factory=dict)

    def take(self, name: str) -> None:
        """Take what the window shows from its top; a name that was taken before is replaced."""
        width, height = pictures.SIZES[name]
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.evaluate("scrollTo(0, 0)")
        words = self.page.evaluate(WORDS)
        shot = self.page.screenshot(animations="disabled", caret="hide")
        self.taken[name] = (shot, words)

    def developed(self, browser: Browser) -> dict[str, tuple[bytes, list[str]]]:
        """Return the pictures with a palette; the browser that took them reads them."""
        page = browser.new_page()
        return {
            name: (_with_palette(page, shot), words) for name, (shot, words) in self.taken.items()
        }


def main() -> None:
    """Take all pictures."""
    began = time.monotonic()
    try:
        with running() as portal, _chromium() as browser:
            camera = Camera(_window(browser, portal.found(r"The portal is at (\S+)")))
            _walk(camera, portal)
            taken = camera.developed(browser)
    except (Failed, Error) as problem:
        sys.exit(f"No picture was changed: {problem}")
    pictures.write(taken)
    for name, (picture, _) in taken.items():
        sys.stdout.write(f"{len(picture):7,} bytes  docs/pictures/{name}.png\n")
    total = sum(len(picture) for picture, _ in taken.values())
    sys.stdout.write(f"{total:7,} bytes in all, in {time.monotonic() - began:.0f} s\n")


@contextmanager
def _chromium() -> Iterator[Browser]:
    script = [sys.executable, str(pictures.CHECKOUT / "scripts" / "browser.py")]
    path = (
        os.environ.get("CHROMIUM")
        or subprocess.run(  # noqa: S603
            script, stdout=subprocess.PIPE, text=True, check=True
        ).stdout.strip()
    )
    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium's own does not work for root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=[*sandbox, "--force-color-profile=srgb"]
        )
        yield browser
        browser.close()


def _window(browser: Browser, address: str) -> Page:
    width, height = pictures.DESK
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        locale="en-US",
        timezone_id="UTC",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    return page


def _walk(camera: Camera, portal: Portal) -> None:
    """Go the way of the README, and look at what it led to."""
    samples = Path(portal.found(r"Sample spreadsheets: (.+)"))
    for name in EARLIER:
        portal.manage(
            "import_leads", str(samples / name), "--customer", CUSTOMER, "--user", USER, "--no-wait"
        )
    page = camera.page
    _sign_in(page, portal.found(rf"Sign in as {USER} with the password (\S+)"))
    number = _upload(camera, samples / SHOWN)
    _map_and_review(camera, number)
    _send(camera, number)
    page.goto(f"/imports/{number}/report/")
    camera.take("report")
    page.goto(f"/imports/{number}/rows/?result=invalid")
    page.locator("main details[id^='row-'] > summary").first.click()
    camera.take("rows")
    for name, address in (
        ("customer", f"/customers/{CUSTOMER}/"), ("history", "/history/?reset"), ("home", "/")
    ):  # fmt: skip
        page.goto(address)
        camera.take(name)
    page.emulate_media(color_scheme="dark")
    camera.take("home-dark")


def _sign_in(page: Page, password: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("Email").fill(USER)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def _upload(camera: Camera, sample: Path) -> int:
    """Upload the sample; return the import's number."""
    page = camera.page
    page.goto(f"/imports/new/?customer={CUSTOMER}")
    page.locator("main input[type=file]").first.set_input_files(sample)
    page.get_by_text(sample.name).first.wait_for()
    camera.take("new")
    page.locator("main form").get_by_role("button", name="Upload").first.click()
    page.wait_for_url(re.compile(r"/imports/\d+/"))
    return int(re.findall(r"/imports/(\d+)/", page.url)[0])


def _map_and_review(camera: Camera, number: int) -> None:
    """Let the columns be as they were recognised."""
    page = camera.page
    _await(page, "What will happen|What becomes of each column")
    page.goto(f"/imports/{number}/columns/")
    camera.take("columns")
    page.get_by_role("button", name="Check all rows").click()
    _await(page, "What will happen")
    camera.take("review")
    camera.take("review-phone")


def _await(page: Page, heading: str) -> None:
    """Wait for a page with the heading on which nothing is read or checked any more."""
    at_rest = page.locator("body:not(:has(#checking[hx-get]))")
    at_rest.get_by_role("heading", name=re.compile(heading)).wait_for()


def _send(camera: Camera, number: int) -> None:
    """Send, and keep the last picture of the live page on which something was answered."""
    page = camera.page
    page.get_by_role("button", name=re.compile(r"^Send [\d,]+ leads")).click()
    page.wait_for_url(f"**/imports/{number}/send/")
    live, until, seen = page.locator("#live[hx-get]"), time.monotonic() + SENT_WITHIN, ""
    while live.count():
        if time.monotonic() > until:
            raise Failed(f"The sample was not sent within {SENT_WITHIN:.0f} seconds.")
        percent = page.locator("#live").get_attribute("data-percent") or ""
        if percent != seen:
            before = camera.taken.get("send")
            camera.take("send")
            if not live.count() and before is not None:
                camera.taken["send"] = before  # it ended while the picture was taken
            seen = percent
        page.wait_for_timeout(200)


def _with_palette(page: Page, shot: bytes) -> bytes:
    width, height, text = page.evaluate(PIXELS, base64.b64encode(shot).decode())
    pixels = np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)
    return palette.png(np.ascontiguousarray(pixels[:, :, :3]))


if __name__ == "__main__":
    main()

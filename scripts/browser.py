"""Prints the path of a Chromium that starts, for the tests in a real browser; gets one if needed.

Tried in this order, each by really starting it:

1. CHROMIUM in the environment; nothing else is tried when it is set.
2. Chromium or Chrome on the PATH.
3. Playwright's own, and one that this script has unpacked before.
4. As root, with apt: `apt-get install chromium`.
5. `playwright install chromium`.
6. With apt but without root: Debian's packages, downloaded and unpacked in a folder of our own.

Answers on stdout, what it does on stderr; exit status 1 with a sentence when there is none.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mega-portal-chromium"
UNPACKED = CACHE / "chromium"


def main() -> None:
    """Find or get a browser."""
    if given := os.environ.get("CHROMIUM"):
        if not starts(given):
            sys.exit(
                f"CHROMIUM={given} does not start; set it to a Chromium that does, or unset it."
            )
        print(given)  # noqa: T201 - the answer
        return
    for path in candidates():
        if starts(path):
            print(path)  # noqa: T201 - the answer
            return
    sys.exit(
        "No Chromium for the tests in a browser could be found, installed or downloaded; what was "
        "tried stands above. Install one and set CHROMIUM to its path."
    )


def candidates() -> Iterator[str]:
    """Yield paths worth trying; asks for nothing from the network before all that is here."""
    yield from on_path()
    yield playwrights_own()
    yield str(UNPACKED)
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        say("Installing Chromium with apt-get.")
        if run([apt, "update", "-qq"]):
            run([apt, "install", "-y", "-qq", "--no-install-recommends", "chromium"])
        yield from on_path()
    say("Downloading Playwright's Chromium.")
    if run([sys.executable, "-m", "playwright", "install", "chromium"]):
        yield playwrights_own()
    if apt:
        say(f"Downloading Debian's Chromium into {CACHE}.")
        if unpack_debians(apt):
            yield str(UNPACKED)


def on_path() -> Iterator[str]:
    """Yield the browsers on the PATH."""
    yield from filter(None, map(shutil.which, NAMES))


def playwrights_own() -> str:
    """Return where Playwright's browser is, or would be."""
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def starts(path: str) -> bool:
    """Tell whether the browser is there and shows a page: a missing library ends it at once."""
    if not Path(path).exists():
        return False
    command = [path, "--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom", "about:blank"]
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        say(f"{path} does not start: {error}")
        return False
    if "<html>" not in done.stdout:
        reason = done.stderr.strip().splitlines()[:1] or [f"status {done.returncode}"]
        say(f"{path} does not start: {reason[0]}")
        return False
    return True


def unpack_debians(apt: str) -> bool:
    """Unpack Chromium and what this machine lacks for it, with apt's lists in our own folder."""
    for folder in ("state/lists/partial", "cache/archives/partial", "root"):
        (CACHE / folder).mkdir(parents=True, exist_ok=True)
    options = {
        "Dir::State": CACHE / "state",
        "Dir::State::status": "/var/lib/dpkg/status",  # what the machine has already
        "Dir::Cache": CACHE / "cache",
        "Debug::NoLocking": "1",
        "APT::Sandbox::User": "",
        "APT::Install-Recommends": "0",
    }
    ours = [apt, "-qq", "-y", *(f"-o{name}={value}" for name, value in options.items())]
    # Also what apt believes to be installed: it does not start here, or we were not asked.
    wanted = ["--download-only", "--reinstall", "install", "chromium", "chromium-common"]
    if not (run([*ours, "update"]) and run([*ours, *wanted])):
        return False
    root = CACHE / "root"
    packages = sorted((CACHE / "cache/archives").glob("*.deb"))
    if not all(run(["dpkg-deb", "-x", str(package), str(root)]) for package in packages):
        return False
    write_starter(root)
    shutil.rmtree(CACHE / "cache")
    return True


def write_starter(root: Path) -> None:
    """Write the script that starts the unpacked browser with the libraries beside it."""
    folders = {str(library.parent) for library in root.rglob("*.so*") if library.is_file()}
    libraries = shlex.quote(":".join(sorted(folders, key=len)))
    program = shlex.quote(str(root / "usr/lib/chromium/chromium"))
    UNPACKED.write_text(
        "#!/bin/sh\n"
        f"LD_LIBRARY_PATH={libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}\n"
        "export LD_LIBRARY_PATH\n"
        f'exec {program} "$@"\n'
    )
    UNPACKED.chmod(0o700)


def run(command: list[str]) -> bool:
    """Run a command with its words on stderr; tell whether it went well."""
    try:
        done = subprocess.run(  # noqa: S603
            command,
            stdout=sys.stderr,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            check=False,
        )
    except OSError as error:
        say(f"{command[0]} cannot be run: {error}")
        return False
    return done.returncode == 0


def say(line: str) -> None:
    """Tell the person what is going on; the answer alone goes to stdout."""
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    main()

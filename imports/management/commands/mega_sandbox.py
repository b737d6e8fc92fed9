"""`manage.py mega_sandbox`: the stand-in of the MEGA API."""

import re
import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from imports.errors import BadInput
from imports.mega.sandbox import DEMO_CUSTOMER_ID, DEMO_TOKEN, Sandbox
from imports.mega.sandbox.quota import KINDS
from portal.generated import generated_secret
from portal.stopping import Flag


class Command(BaseCommand):
    """Runs until SIGTERM or Ctrl-C."""

    help = (
        "Serves a stand-in of the MEGA API on this machine, with a page at / that shows the leads "
        "that arrived and can make it misbehave. Any well-formed token (mega_ and 64 hexadecimal "
        "digits) is accepted: its first use binds it to the customer id that it comes with, with "
        "both scopes and the usual stages, owners and custom fields (see --only-known). "
        f"The demo account is {DEMO_CUSTOMER_ID} with {DEMO_TOKEN}."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where it listens, how it counts, where it keeps its leads."""
        parser.add_argument("--host", default="127.0.0.1", help="a name of this machine itself")
        parser.add_argument("--port", type=int, default=8001)
        parser.add_argument("--requests-per-minute", type=int, default=10, metavar="N")
        parser.add_argument("--quota", choices=sorted(KINDS), default="sliding")
        parser.add_argument("--shuffle", action="store_true", help="results in another order")
        parser.add_argument(
            "--accept-any",
            action="store_true",
            default=True,
            help="bind unknown well-formed tokens on first use (this is how it starts)",
        )
        parser.add_argument(
            "--only-known",
            dest="accept_any",
            action="store_false",
            help="answer tokens that were not registered with 401",
        )
        parser.add_argument(
            "--key-file",
            type=Path,
            default=None,
            metavar="PATH",
            help="the file with the key of the page and of /_sandbox/ (default: SANDBOX_KEY, else "
            "one is made and kept in secrets/sandbox_key under DATA_DIR)",
        )
        parser.add_argument(
            "--data",
            type=Path,
            default=None,
            metavar="PATH",
            help="the file that keeps its leads (default: sandbox/sandbox.sqlite3 under DATA_DIR)",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Serve; what cannot be started is one sentence and exit status 1."""
        if options["requests_per_minute"] < 1:
            raise CommandError("--requests-per-minute is 1 or more.")
        stopped = Flag()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: stopped.set())
        with self._sandbox(options) as sandbox:
            self.stdout.write(f"MEGA sandbox ready at {sandbox.url}")
            if options["verbosity"]:  # `--verbosity 0` keeps the key out of a log
                self.stdout.write(f"Its page, with the key that opens it: {sandbox.page}")
            self.stdout.flush()
            stopped.wait()

    def _sandbox(self, options: dict[str, Any]) -> Sandbox:
        try:
            return Sandbox(
                host=options["host"],
                port=options["port"],
                requests_per_minute=options["requests_per_minute"],
                quota=options["quota"],
                accept_any=options["accept_any"],
                shuffle=options["shuffle"],
                key=_key(options["key_file"]),
                data=options["data"] or settings.DATA_DIR / "sandbox" / "sandbox.sqlite3",
            )
        except BadInput as problem:
            raise CommandError(problem.sentence) from None
        except (OSError, OverflowError) as problem:
            why = getattr(problem, "strerror", None) or "there is no such port"
            raise CommandError(
                f"The sandbox cannot listen on {options['host']}:{options['port']}: {why}. "
                "Choose another --port."
            ) from None


def _key(path: Path | None) -> str:
    """Return the key of the page. Raises CommandError for a file that holds none."""
    if path is None:
        return settings.SANDBOX_KEY or generated_secret(settings.DATA_DIR, "sandbox_key")
    try:
        key = path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        key = ""
    if not re.fullmatch(r"[\w.-]{16,200}", key, re.ASCII):
        raise CommandError(
            f"--key-file names {path}, which holds no key. Put 16 or more letters and digits into "
            "it, such as `openssl rand -hex 32` prints."
        )
    return key

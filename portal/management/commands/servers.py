"""`manage.py servers`: the embedded PostgreSQL and Valkey of DATA_DIR, in the foreground."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.embedded import EmbeddedError
from portal.embedded.serve import serve


class Command(BaseCommand):
    """Runs until SIGTERM or Ctrl-C."""

    help = (
        "Runs the embedded PostgreSQL and Valkey of DATA_DIR until SIGTERM or Ctrl-C. Prints one "
        "line `ready DATABASE_URL=… REDIS_URL=…` when both answer. Started a second time, it "
        "prints the same line and waits; when the first one ends, it takes over."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One option, for tests."""
        parser.add_argument(
            "--no-fsync", action="store_true", help="quicker, but a power cut loses the data"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Serve; a server that cannot be started is one sentence and exit status 1."""
        try:
            serve(settings.DATA_DIR, self._say, fsync=not options["no_fsync"])
        except EmbeddedError as error:
            raise CommandError(str(error)) from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

"""`manage.py run`: what `make run` starts."""

import ctypes
import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.embedded.child import PR_SET_PDEATHSIG
from portal.launcher import launch, plan
from portal.processes import LaunchError


class Command(BaseCommand):
    """Runs until SIGTERM or Ctrl-C."""

    help = (
        "Runs the whole portal on this machine: PostgreSQL and Valkey (unless DATABASE_URL and "
        "REDIS_URL are set), migrations, a demo, all processes of the Procfile. Prints the "
        "address and the login. Ctrl-C stops all of it."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One option, for make."""
        parser.add_argument(
            "--with-parent", action="store_true", help="stop when the parent process dies"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Launch; what cannot be started is one sentence and exit status 1."""
        if options["with_parent"] and sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
        try:
            launch(plan(settings.BASE_DIR, settings.DATA_DIR, self._say), self._say)
        except LaunchError as error:
            raise CommandError(str(error)) from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

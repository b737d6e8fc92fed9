"""What the commands share: who acts, and problems as one sentence with exit status 1."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from imports.errors import BadInput, PortalError
from portal import characters, embedded
from portal.models import User


class Problem(CommandError):  # noqa: N818 - its name is what is printed before the sentence
    """A refusal; Django prints `Problem: <sentence>` on stderr and exits with the status.

    What no terminal should be given (overrides of direction, control characters) is spelt out.
    """

    def __init__(self, sentence: str, *, returncode: int = 1) -> None:
        super().__init__(characters.spelt(sentence), returncode=returncode)


class PortalCommand(BaseCommand):
    """A command whose refusals are sentences."""

    _understood = False

    def run_from_argv(self, argv: list[str]) -> None:
        """Exit with 1 when the command line is wrong: argparse's 2 means something else here."""
        try:
            super().run_from_argv(argv)
        except SystemExit as end:
            raise SystemExit(end.code if self._understood or not end.code else 1) from None

    def execute(self, *args: Any, **options: Any) -> str | None:
        self._understood = True
        _ask_for_servers()
        try:
            return super().execute(*args, **options)
        except PortalError as error:
            raise Problem(error.sentence, returncode=1) from error
        except OperationalError as error:
            raise Problem(
                "The database does not answer or broke off; see that it runs and that DATABASE_URL "
                "is right, then try again. What was accepted before is not lost.",
                returncode=1,
            ) from error
        except KeyboardInterrupt:
            raise Problem(
                "Interrupted. An import that was accepted goes on by itself; its page shows it.",
                returncode=130,
            ) from None


def _ask_for_servers() -> None:
    """Say at once that the servers of this machine do not run, instead of waiting for them."""
    ours = not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))
    if ours and not embedded.running(settings.DATA_DIR):
        raise Problem(embedded.why_not_running(settings.DATA_DIR), returncode=1)


def add_user_option(parser: CommandParser) -> None:
    """`--user EMAIL`: in whose name; without it the act is the system's."""
    parser.add_argument(
        "--user", metavar="EMAIL", help="act in this person's name; default: the system"
    )


def acting_user(email: str | None) -> User | None:
    """The person behind `--user`, None for the system. Raises BadInput for an unknown one."""
    if not email:
        return None
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None:
        raise BadInput(f"Nobody with the address {email} has an active account here.")
    return user


def secret_from_stdin(what: str) -> str:
    """The first line of standard input; asked for without an echo on a terminal."""
    if sys.stdin.isatty():
        import getpass  # noqa: PLC0415 - only on a terminal

        return getpass.getpass(f"{what}: ").strip()
    return sys.stdin.readline().strip()

"""What the commands share: who acts, and problems as one sentence with exit status 1."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from imports.errors import BadInput, PortalError
from portal.models import User


class Problem(CommandError):  # noqa: N818 - its name is what is printed before the sentence
    """A refusal; Django prints `Problem: <sentence>` on stderr and exits with the status."""


class PortalCommand(BaseCommand):
    """A command whose refusals are sentences."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except PortalError as error:
            raise Problem(error.sentence, returncode=1) from error


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

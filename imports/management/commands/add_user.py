"""`manage.py add_user`: the way in, since sign-up is closed."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction

from imports import members, people
from imports.errors import BadInput
from imports.management.base import PortalCommand, secret_from_stdin
from portal.models import Role


class Command(PortalCommand):
    help = "Add a user; prints an address on which they choose their password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--name", default="", help="full name")
        parser.add_argument("--team", help="add them to this team (made when missing)")
        parser.add_argument("--role", default=Role.IMPORTER.value, help=", ".join(Role.values))
        parser.add_argument("--auditor", action="store_true", help="reads every team's imports")
        parser.add_argument("--staff", action="store_true", help="may use the admin")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        role = options["role"].strip().lower()
        if role not in Role.values:
            raise BadInput(f"--role is “{options['role']}”; it is one of {', '.join(Role.values)}.")
        password = secret_from_stdin("Password") if options["password_stdin"] else None
        with transaction.atomic():
            user = people.add_user(
                options["email"],
                name=options["name"],
                password=password,
                is_auditor=options["auditor"],
                is_staff=options["staff"],
            )
            if options["team"]:
                members.add(people.team_called(options["team"]), user.email, role, None)
        if password is None:
            self.stdout.write(settings.SITE_URL + people.invitation_path(user))
        if settings.EMAIL_BACKEND == "portal.mail.PrivateFileBackend":
            self.stderr.write(
                f"Mails, such as those for forgotten passwords, are not sent from this machine: "
                f"they are files in {settings.EMAIL_FILE_PATH}."
            )

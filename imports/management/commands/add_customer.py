"""`manage.py add_customer`: a customer, its team when it is missing, and its token."""

import re
from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser
from django.db import transaction

from imports import customers, people
from imports.delivery import tokens
from imports.errors import BadInput
from imports.management.base import (
    PortalCommand,
    acting_user,
    add_user_option,
    secret_from_stdin,
)
from imports.management.teams import DEFAULT_TEAM, team_to_add_to
from imports.models import Customer


class Command(PortalCommand):
    help = "Add a customer (and its team, when missing); prints the customer's slug."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--mega-id", required=True, metavar="UUID", help="the id at MEGA")
        parser.add_argument(
            "--team", help=f"default: the only team there is, else “{DEFAULT_TEAM}”"
        )
        parser.add_argument(
            "--region", default="US", help="country of phones without a country code (US)"
        )
        parser.add_argument(
            "--requests-per-minute", default="10", metavar="N", help="MEGA's limit, 1 to 600 (10)"
        )
        parser.add_argument(
            "--token-stdin", action="store_true", help="seal the token read from standard input"
        )
        add_user_option(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        user = acting_user(options["user"])
        token = secret_from_stdin("MEGA token") if options["token_stdin"] else None
        draft = Customer(
            name=customers.read_name(options["name"]),
            mega_id=_mega_id(options["mega_id"]),
            region=_region(options["region"]),
            requests_per_minute=_requests(options["requests_per_minute"]),
        )
        with transaction.atomic():
            draft.team = team_to_add_to(options["team"], user)
            customer = customers.create(draft, user)
            if token is not None:
                tokens.set_token(customer, token, user)
        for remark in filter(None, [people.remark_on(draft.team), customers.remark_on(draft.name)]):
            self.stderr.write(remark)
        self.stdout.write(customer.slug)


def _mega_id(text: str) -> UUID:
    try:
        return UUID(text.strip())
    except ValueError:
        raise BadInput(
            f"--mega-id is “{text}”, which is not a UUID. Copy it from MEGA; it looks like "
            f"3f0c9a52-7d1e-4b68-9c3a-5e2f8b1d6a47."
        ) from None


def _region(text: str) -> str:
    try:
        return customers.read_region(text)
    except BadInput as problem:
        raise BadInput(f"--region is “{text}”, which is not a region. {problem.sentence}") from None


def _requests(text: str) -> int:
    if not re.fullmatch(r"\d{1,3}", str(text)) or not 1 <= int(text) <= 600:
        raise BadInput(
            f"--requests-per-minute is “{text}”; it must be a whole number from 1 to 600."
        )
    return int(text)

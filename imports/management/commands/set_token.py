"""`manage.py set_token`: a customer's new token, from standard input."""

from typing import Any

from django.core.management.base import CommandParser

from imports import access
from imports.delivery import tokens
from imports.errors import BadInput
from imports.management.base import (
    PortalCommand,
    acting_user,
    add_user_option,
    secret_from_stdin,
)
from portal import characters
from portal.models import Role


class Command(PortalCommand):
    help = "Seal the MEGA token read from standard input as the customer's token."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("customer", metavar="CUSTOMER", help="the customer's slug")
        add_user_option(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        user = acting_user(options["user"])
        slug = options["customer"]
        customer = access.find_customer(user, slug)
        if customer is None:
            raise BadInput(f"There is no customer “{slug}”; add it with `manage.py add_customer`.")
        if not access.can(user, customer.team, Role.MANAGER):
            raise BadInput(f"Only managers of the team {customer.team.name} may set its tokens.")
        token = tokens.set_token(customer, secret_from_stdin("MEGA token"), user)
        name = characters.spelt(customer.name)
        self.stdout.write(f"{name} now uses the token that ends in {token.last_four}.")

"""The demo: a team, three people, a customer on the sandbox, and sample spreadsheets."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from imports import customers, members, people, samples
from imports.delivery import tokens
from imports.errors import WrongState
from imports.mega.sandbox import DEMO_CUSTOMER_ID, DEMO_TOKEN
from imports.models import Customer
from portal.generated import generated_secret
from portal.models import Role, Team, User

TEAM = "Demo agency"
CUSTOMER = "Evergreen Homes (sandbox)"
PEOPLE = (
    ("demo@example.com", "Dana Demo", Role.MANAGER),
    ("viewer@example.com", "Victor Viewer", Role.VIEWER),
    ("auditor@example.com", "Audrey Auditor", None),  # in no team: reads every team's
)


@dataclass(frozen=True)
class Demo:
    """What a person needs to begin."""

    email: str
    password: str
    samples: Path


def make() -> Demo:
    """Make what is missing of the demo; calling it again changes nothing.

    Raises WrongState unless DEBUG is on: the demo's login would be a way in for everybody.
    """
    if not settings.LAPTOP:
        raise WrongState("The demo is only made with DEBUG=on: its login would be an open door.")
    password = generated_secret(settings.DATA_DIR, "demo_password", _password)
    with transaction.atomic():
        team = people.team_called(TEAM)
        for email, name, role in PEOPLE:
            _person(email, name, role, team, password)
        _customer(team)
    folder = settings.DATA_DIR / "samples"
    samples.write_samples(folder)
    return Demo(PEOPLE[0][0], password, folder)


def _person(email: str, name: str, role: Role | None, team: Team, password: str) -> None:
    user = User.objects.filter(email=email).first()
    if user is None:
        user = people.add_user(email, name=name, password=password, is_auditor=role is None)
        user.is_demo = True
        user.save(update_fields=["is_demo"])
        if role is not None:
            members.add(team, email, role, None)
    elif user.is_demo and not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])


def _customer(team: Team) -> None:
    if Customer.objects.filter(team=team, mega_id=DEMO_CUSTOMER_ID).exists():
        return
    customer = customers.create(
        Customer(team=team, name=CUSTOMER, mega_id=UUID(DEMO_CUSTOMER_ID)), None
    )
    tokens.set_token(customer, DEMO_TOKEN, None)


def _password() -> str:
    """Easy to copy from a terminal: `demo-1a2b-3c4d-5e6f`."""
    return "-".join(["demo", *(secrets.token_hex(2) for _ in range(3))])

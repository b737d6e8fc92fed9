"""The people and customers of these stories."""

import uuid
from functools import cache

from django.contrib.auth.hashers import get_hasher, make_password

from imports.models import Customer, Import
from portal.models import Membership, Role, Team, User

PASSWORD = "Anna's long password 1"
TOKEN = "mega_" + "5e" * 32


@cache
def _hashed(_algorithm):
    """One hash for everybody: a good one takes a fifth of a second."""
    return make_password(PASSWORD)


def team(name="North"):
    return Team.objects.get_or_create(name=name, slug=name.lower())[0]


def person(email, role=None, in_team=None, **fields):
    user = User.objects.create(email=email, password=_hashed(get_hasher().algorithm), **fields)
    if role:
        Membership.objects.create(user=user, team=in_team or team(), role=role)
    return user


def anna():
    """Manager of North."""
    return person("anna@example.com", Role.MANAGER, name="Anna Berg")


def ivan():
    """Importer of North."""
    return person("ivan@example.com", Role.IMPORTER, name="Ivan Petrov")


def vera():
    """Viewer of North."""
    return person("vera@example.com", Role.VIEWER, name="Vera Costa")


def sam():
    """Manager of South: a stranger to North."""
    return person("sam@example.com", Role.MANAGER, team("South"), name="Sam Okoro")


def olga():
    """Auditor, in no team."""
    return person("olga@example.com", name="Olga Lind", is_auditor=True)


def draft(name, in_team):
    """Not stored yet."""
    return Customer(team=team(in_team), name=name, mega_id=uuid.uuid4())


def customer(name="Acme", in_team=None):
    return Customer.objects.create(
        team=in_team or team(), name=name, slug=name.lower(), mega_id=uuid.uuid4()
    )


def an_import(of=None):
    of = of or customer()
    return Import.objects.create(
        customer=of,
        mega_id=of.mega_id,
        file_name="leads.csv",
        file_size=3,
        file_sha256="0" * 64,
        on_duplicate="skip",
    )

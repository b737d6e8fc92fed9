"""Acme of the team North, whose importers keep lists."""

import pytest

from imports.delivery import pulse, tokens
from imports.do_not_import import entries, lists
from imports.do_not_import.lists import Origin, Owner
from imports.models import Customer, ListAddition
from imports.tests import people


@pytest.fixture(autouse=True)
def _folders(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path


@pytest.fixture
def acme():
    made = people.customer()
    Customer.objects.update(requests_per_minute=600, keep_old_values=False)
    tokens.set_token(made, people.TOKEN, None)
    pulse.beat("delivery@there:1", "delivery", 32)
    return Customer.objects.get(pk=made.pk)


def of(customer):
    return Owner(customer.team, customer)


def of_team(customer):
    return Owner(customer.team)


def put(owner, text, user=None, source="unsubscribes", region="US"):
    """Add what is typed; what became of each line."""
    lines = entries.read_lines(text, region)
    told = lists.add(owner, user, lines, Origin(ListAddition.Way.TYPED, source))
    return [one.verdict for one in told]

"""An import that is being sent, for the stories of delivery."""

import pytest
from django.utils import timezone

from imports.delivery import keys, pulse, tokens
from imports.models import Customer, ImportState
from imports.tests import people


@pytest.fixture
def made():
    """An import of Acme that is being sent, with a token that works."""
    found = people.an_import()
    found.state = ImportState.SENDING
    found.planned_at = timezone.now()
    found.save()
    Customer.objects.update(requests_per_minute=600, keep_old_values=False)
    tokens.set_token(found.customer, "mega_" + "a1" * 32, None)
    keys.Quota.objects.update(proved_at=timezone.now())
    pulse.beat("delivery@there:1", "delivery", 32)
    return found


@pytest.fixture
def acme():
    customer = people.customer("Acme")
    Customer.objects.update(requests_per_minute=600, keep_old_values=False)
    tokens.set_token(customer, people.TOKEN, None)
    pulse.beat("delivery@there:1", "delivery", 32)
    return Customer.objects.get(pk=customer.pk)

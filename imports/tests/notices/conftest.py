"""An import of Acme that Ivan uploaded and sent; the people of North around it."""

import pytest

from imports.delivery import tokens
from imports.models import ImportState
from imports.tests import people


@pytest.fixture
def ivan(db):
    return people.ivan()


@pytest.fixture
def anna(db):
    return people.anna()


@pytest.fixture
def made(ivan):
    """Being sent, by Ivan's word."""
    found = people.an_import()
    tokens.set_token(found.customer, people.TOKEN, None)
    found.created_by = found.sent_by = found.vouched_by = ivan
    found.state = ImportState.SENDING
    found.row_count = 3
    found.save()
    return found

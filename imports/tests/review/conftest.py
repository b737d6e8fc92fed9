"""A customer with a token, and folders of their own."""

import pytest

from imports.delivery import tokens
from imports.tests import people


@pytest.fixture(autouse=True)
def _folders(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path


@pytest.fixture
def acme(db):
    customer = people.customer()
    tokens.set_token(customer, people.TOKEN, None)
    return customer

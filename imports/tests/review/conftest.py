"""Folders of their own for all."""

import pytest


@pytest.fixture(autouse=True)
def _folders(own_folders):
    """Also for those that need no customer."""

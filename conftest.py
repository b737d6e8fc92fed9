"""Makes sure that the tests have a PostgreSQL and a Valkey of their own, never those of `var`."""

import sys

import pytest

if "portal.tests.engines" not in sys.modules:
    raise pytest.UsageError(
        "The tests' own PostgreSQL and Valkey were not started before the settings were read: run "
        "`.venv/bin/python -m pytest -p portal.tests.engines` (pyproject.toml says so by itself)."
    )

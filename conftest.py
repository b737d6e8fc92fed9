"""Makes sure that the tests have a PostgreSQL and a Valkey of their own, never those of `var`.

Properties are tried with the same examples each time, so that the suite fails for a change and not
by chance; `make explore` draws others, and finds what nobody thought of.
"""

import sys

import hypothesis
import pytest

if "portal.tests.engines" not in sys.modules:
    raise pytest.UsageError(
        "The tests' own PostgreSQL and Valkey were not started before the settings were read: run "
        "`.venv/bin/python -m pytest -p portal.tests.engines` (pyproject.toml says so by itself)."
    )

hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.load_profile("same")  # --hypothesis-profile goes before it


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_modify_db_settings, django_db_blocker):
    """Make the test database, also when only stories of the road run, which bear no mark for it."""
    from django.test.utils import setup_databases, teardown_databases  # noqa: PLC0415 - settings

    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items):
    """Let what commits run after what rolls back: its rows are there to stay.

    Among parallel processes the stories of one engine stay together, in two groups: those that
    share an engine, and those that have one which they may hurt.
    """
    items.sort(key=lambda item: item.get_closest_marker("road") is not None)
    for item in items:
        if item.get_closest_marker("road") is not None:
            group = "survival" if "survival" in item.path.parts else "road"
            item.add_marker(pytest.mark.xdist_group(group))

"""All rows of a file are judged beside each other by one worker, and no other waits for it."""

import pytest
from django.db import connection

from imports.models import Import, ImportState
from imports.review import judge
from imports.tests.road.engine import wait_for

pytestmark = pytest.mark.road


@pytest.fixture
def another():
    """Another session of the database, in a transaction."""
    other = connection.copy()
    other.set_autocommit(False)
    yield other
    other.rollback()
    other.close()


def test_who_finds_an_import_being_judged_leaves_it_be(client_of, sheet, another):
    made = client_of().review(sheet(3))
    # The clock has patience with a mapping that is so new: nobody else takes it up meanwhile.
    Import.objects.filter(pk=made.pk).update(state=ImportState.CHECKING)
    with another.cursor() as cursor:
        cursor.execute("SELECT id FROM imports_import WHERE id = %s FOR NO KEY UPDATE", [made.pk])
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
        judge.conclude(made.mapping)
        cursor.execute("RESET lock_timeout")
    assert Import.objects.get(pk=made.pk).state == ImportState.CHECKING
    another.rollback()
    wait_for(made, (ImportState.REVIEW,))  # the clock has it concluded

"""Rows go into the database as they were read, whatever characters they are made of."""

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.errors import ForeignKeyViolation

from imports.intake import copytext
from imports.intake.batches import Even, SheetRow
from imports.models import Row
from imports.tests import people
from imports.tests.pages import story

AWKWARD = st.sampled_from(list("\\\"'{},\t\n\r\x1e\x1f \0NULL\\N😀ä\x7f\x08\x0b")).filter(
    lambda character: character != "\0"
)
CELLS = st.lists(st.text(AWKWARD | st.characters(exclude_categories=["Cs"], min_codepoint=1)))
COPY = f"COPY imports_row ({copytext.COLUMNS}) FROM STDIN"
pytestmark = pytest.mark.django_db


@pytest.fixture
def lead_import():
    made = story.reviewed(people.customer())
    Row.objects.all().delete()
    return made


def store(import_id, rows):
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write(copytext.lines(import_id, rows))


@settings(
    deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(table=st.lists(st.tuples(CELLS, st.text(AWKWARD)), min_size=1))
def test_any_cells_come_back_the_same(lead_import, table):
    # A row whose only cell is empty is a blank one, and those have no cells.
    rows = [
        SheetRow(number, [] if cells == [""] else cells, note)
        for number, (cells, note) in enumerate(table, start=2)
    ]
    Row.objects.all().delete()

    store(lead_import.pk, rows)

    assert [SheetRow(*row) for row in stored()] == rows


ENDS = st.sampled_from([("\x1f", "\x1e"), (";", "\n"), ("\t", "\n")])


@settings(
    deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(table=st.lists(CELLS.filter(lambda cells: any(map(str.strip, cells))), min_size=1), by=ENDS)
def test_rows_that_are_not_divided_are_stored_as_those_that_are(lead_import, table, by):
    mark, end = by
    plain = [[cell.replace(mark, "").replace(end, "") for cell in cells] for cells in table]
    even = Even(2, len(plain), end.join(map(mark.join, plain)), mark, end)
    Row.objects.all().delete()

    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write(copytext.even_lines(lead_import.pk, even))

    assert [row[:2] for row in stored()] == list(enumerate(plain, start=2))


def stored():
    return Row.objects.order_by("number").values_list("number", "cells", "note")


def test_rows_of_no_import_are_refused(lead_import):
    with pytest.raises(Exception, match="A row belongs to an import") as refused:
        store(lead_import.pk + 1000, [SheetRow(2, ["Ann"])])
    assert isinstance(refused.value, ForeignKeyViolation)


def test_an_import_that_has_rows_stays():
    made = story.reviewed(people.customer())

    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET CONSTRAINTS import_with_rows_stays IMMEDIATE")
        with pytest.raises(IntegrityError, match="Rows refer to import"), transaction.atomic():
            cursor.execute("DELETE FROM imports_import WHERE id = %s", [made.pk])
    assert Row.objects.filter(lead_import=made).exists()

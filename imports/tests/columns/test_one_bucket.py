"""Of any table under any mapping every row stands in one bucket, and what can be sent is a lead."""

import json

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from imports.columns import defects, derive
from imports.models import Import, Lead, Row, Verdict
from imports.reports import balance
from imports.tests import people
from imports.tests.columns import contract
from imports.tests.columns.test_properties import CELLS, mappings
from imports.tests.pages import story

pytestmark = pytest.mark.django_db


def faults_of(lead):
    apart = any(problem["c"] == "email_unusual" for problem in lead.problems)
    return contract.faults(lead.body, apart=apart)


def storable(text):
    """The reader has taken out what PostgreSQL does not keep."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


TABLES = st.lists(st.lists(CELLS.map(storable), max_size=9), max_size=8)


@pytest.fixture
def made(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return story.reviewed(people.customer(), people.ivan(), content="Name\nAnn\n")


def holding(made, table):
    """The import with these rows; a row without cells is blank."""
    Row.objects.filter(lead_import=made).delete()
    Row.objects.bulk_create(
        Row(lead_import=made, number=number, cells=cells) for number, cells in enumerate(table, 2)
    )
    blank = sum(not cells for cells in table)
    Import.objects.filter(pk=made.pk).update(row_count=len(table), blank_count=blank)
    return Import.objects.get(pk=made.pk)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(mapped=mappings(), table=TABLES)
def test_every_row_is_in_one_bucket_and_what_is_to_send_keeps_the_contract(made, mapped, table):
    assume(not any(defects.check(mapped)))
    assume("\\u0000" not in json.dumps(mapped.to_json()))
    with transaction.atomic():
        derive.use(holding(made, table), mapped, None)
        for chunk in derive.unchecked_chunks(made.pk):
            derive.check_chunk(chunk)
        now = Import.objects.get(pk=made.pk)
        assert now.state == "review"
        books = balance.balance(now)
        leads = list(Lead.objects.filter(lead_import=now, mapping=now.mapping))
        transaction.set_rollback(True)
    assert books.is_balanced
    assert sum(count for *_, count in books.buckets()) == books.rows == len(table)
    assert len({lead.number for lead in leads}) == len(leads) == len(list(filter(None, table)))
    faults = [faults_of(lead) for lead in leads if lead.verdict == Verdict.OK]
    assert not any(faults)

"""Old requests for a customer's words go, without a look at everybody's requests."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from imports.delivery import word_wishes
from imports.models import ReadAttempt, Token
from imports.tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(acme):
    """Requests were made for these words, or for old values of an import, so many days ago."""
    token = Token.objects.get(customer=acme)

    def make(times, days, **whose):
        then = timezone.now() - timedelta(days=days)
        ReadAttempt.objects.bulk_create(
            ReadAttempt(
                quota=token.quota, token=token, worker="w", fence=1, started_at=then,
                ended_at=then, status=200, **whose,
            )
            for _ in range(times)
        )  # fmt: skip

    return make


def test_those_of_thirty_days_are_found_by_whose_words_they_read(acme, crm, read, asked):
    crm(1, stage_slug="won")
    words = word_wishes.ask_for(acme, None)
    lead_import = people.an_import(acme)
    asked(3000, 40, lead_import=lead_import)
    asked(2, 40, vocabulary=words)
    asked(1, 20, vocabulary=words)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE imports_readattempt")

    with CaptureQueriesContext(connection) as seen:
        read()

    ages = {(timezone.now() - one.started_at).days for one in words.attempts.all()}
    assert ages == {20, 0}
    assert lead_import.read_attempts.count() == 3000
    (deleted,) = [
        one["sql"] for one in seen if one["sql"].startswith('DELETE FROM "imports_readattempt"')
    ]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + deleted)
        plan = "\n".join(line for (line,) in cursor)
    assert "read_attempt_of_vocabulary" in plan
    assert "Seq Scan" not in plan

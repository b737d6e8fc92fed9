"""Batches that are claimed, taken and answered, without any process or network."""

import json
import uuid
import zlib
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from imports.delivery import claims, deliver, leases
from imports.errors import OutcomeUnknown
from imports.mega.contract import Answer
from imports.models import Batch

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)  # these tests are one transaction: its now stands still
BROKEN = OutcomeUnknown("No answer came.", code="reset")


def batch(lead_import, *numbers, **more):
    leads = [{"row_ref": str(number), "contact_name": "Ann"} for number in numbers]
    body = json.dumps({"leads": leads, "on_duplicate": "update", "dry_run": False}).encode()
    return Batch.objects.create(
        customer=lead_import.customer,
        lead_import=lead_import,
        number=numbers[0],
        row_numbers=list(numbers),
        rows=len(numbers),
        mega_id=uuid.uuid4(),
        body=zlib.compress(body),
        body_sha256=b"",
        not_before=LONG_AGO,
        **more,
    )


def taken(one):
    """Claim and take a batch; return its attempt."""
    assert one.pk in claims.claim()
    return deliver.take(one.pk, "there:1").attempt_id


def created(*numbers, **more):
    plain = {"status": "created", "lead_id": "l-1", **more}
    results = [{"row_ref": str(number), **plain} for number in numbers]
    return Answer(200, {}, json.dumps({"results": results}).encode())


def state(one):
    one.refresh_from_db()
    return one.state


def lapse(one):
    Batch.objects.filter(pk=one.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    leases.expire()

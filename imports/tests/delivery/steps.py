"""The steps of delivery, taken one by one and by hand."""

import json
from datetime import UTC, datetime

from imports.delivery import claims, control, deliver, plan
from imports.errors import OutcomeUnknown
from imports.mega.contract import Answer
from imports.models import Batch, Import, ImportState, Lead, MappingVersion, OnDuplicate, Row

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)  # these tests are one transaction: its now stands still
BROKEN = OutcomeUnknown("No answer came.", code="reset")


def reviewed(customer, rows):
    """An import of so many good rows, in review."""
    made = Import.objects.create(
        customer=customer, mega_id=customer.mega_id, file="x", file_name="x.csv", file_size=1,
        file_sha256="0" * 64, state=ImportState.REVIEW, on_duplicate="skip", row_count=rows,
    )  # fmt: skip
    made.mapping = MappingVersion.objects.create(lead_import=made, version=1, content={})
    made.save()
    addresses = {number: f"p{number}@example.com" for number in range(2, rows + 2)}
    Row.objects.bulk_create(
        Row(lead_import=made, number=number, cells=[address])
        for number, address in addresses.items()
    )
    Lead.objects.bulk_create(
        Lead(
            lead_import=made, mapping=made.mapping, number=number, verdict="ok", problems=[],
            body={"contact_email": address}, warned=False, email_key=address, digest=b"x",
        )
        for number, address in addresses.items()
    )  # fmt: skip
    return made


def sent(customer, rows):
    made = reviewed(customer, rows)
    control.send(made, None, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)
    assert plan.plan(made.pk)
    Batch.objects.update(not_before=LONG_AGO)
    return Import.objects.get(pk=made.pk)


def attempt_of(one):
    """Claim and take a batch whatever it waits for; return its attempt."""
    Batch.objects.filter(pk=one.pk).update(not_before=LONG_AGO)
    claims.claim()
    return deliver.take(one.pk, "there:1").attempt_id


def answer(status, content):
    return Answer(status, {}, json.dumps(content).encode())


def results(numbers, status="created"):
    rows = [{"row_ref": str(n), "status": status, "lead_id": f"l-{n}"} for n in numbers]
    return answer(200, {"dry_run": False, "results": rows})


def refused(status, message="Bad request"):
    return answer(status, {"error": {"message": message}})


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)

"""What happened before a page is looked at: a file was uploaded, checked, sent."""

import uuid
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from imports import tasks
from imports.columns import derive
from imports.delivery import finish
from imports.intake import upload
from imports.models import (
    Attempt,
    Batch,
    BatchState,
    BeforeImage,
    BeforeRead,
    Import,
    ImportState,
    Kind,
    Outcome,
)
from imports.tests.road.engine import wait_until

SHEET = (
    "Full name,Phone,E-mail,Source,Budget\r\n"
    "Ana Souza,(206) 555-0123,ana@example.com,Google Ads,500\r\n"
    "Ben Okafor,07x 555,ben@example.com,Billboard,\r\n"
    "Chen Li,,not an address,Referral,300\r\n"
    "Dora Novak,(206) 555-0177,,Referral,\r\n"
)


def a_file(content=SHEET, name="leads.csv"):
    return SimpleUploadedFile(name, content.encode(), "text/csv")


def uploaded(customer, user=None, content=SHEET, name="leads.csv", **options):
    """Stored, not read yet."""
    return upload.accept(customer, user, a_file(content, name), name, **options)


def read_and_check(lead_import):
    """What the intake workers do."""
    tasks.read(lead_import.pk)
    check(lead_import)
    return Import.objects.get(pk=lead_import.pk)


def check(lead_import):
    """Workers that run beside were nudged, too: what they took first, they end in their time."""
    for chunk in derive.unchecked_chunks(lead_import.pk):
        tasks.check(chunk)
    checked = Import.objects.filter(pk=lead_import.pk).exclude(state=ImportState.CHECKING)
    wait_until(checked.exists, "a worker beside to end the checking")


def reviewed(customer, user=None, **options):
    """Read, mapped and checked: rows 2, 3 and 5 can be sent, row 4 cannot."""
    return read_and_check(uploaded(customer, user, **options))


def answered(customer, user=None, statuses=("created", "updated", "failed"), **options):
    """Sent in one request and answered: a status for each of the rows 2, 3 and 5."""
    made = reviewed(customer, user, **options)
    return sent(made, dict(zip([2, 3, 5], statuses, strict=False)), user)


def sent(lead_import, statuses, user=None):
    """Sent and answered, with a status for each row; a request for each 500 of them."""
    now, numbers = timezone.now(), sorted(statuses)
    for place in range(0, len(numbers), 500):
        _settle(lead_import, numbers[place : place + 500], statuses, now)
    Import.objects.filter(pk=lead_import.pk).update(
        state=ImportState.FINISHED, sent_by=user, send_after=now, planned_at=now,
        started_at=now - timedelta(seconds=4), finished_at=now,
    )  # fmt: skip
    return Import.objects.get(pk=lead_import.pk)


def _settle(lead_import, numbers, statuses, now):
    batch = a_batch(lead_import, numbers, state=BatchState.DONE, settled_at=now)
    token = lead_import.customer.token
    attempt = Attempt.objects.create(
        batch=batch, quota=token.quota, token=token, kind=Kind.SEND, worker="w", fence=1,
        started_at=now, ended_at=now, status=200,
    )  # fmt: skip
    Outcome.objects.bulk_create(
        Outcome(
            lead_import=lead_import, number=number, status=statuses[number],
            lead_id=f"lead-{number}", ignored_custom_fields=[], batch=batch, attempt=attempt,
            errors=["no such stage"] if statuses[number] == "failed" else [],
        )
        for number in numbers
    )  # fmt: skip


def ended(customer, user=None, **options):
    """Answered, and ended as the clock ends it: the books were counted from the rows."""
    made = answered(customer, user, **options)
    Import.objects.filter(pk=made.pk).update(state=ImportState.SENDING, finished_at=None)
    finish.finish_imports()  # a clock that runs beside may be at it already
    wait_until(lambda: Import.objects.get(pk=made.pk).is_final, "the import to end")
    return Import.objects.get(pk=made.pk)


def paused(customer, user=None):
    """Half sent and paused: what waits keeps a clock that runs beside from ending it."""
    made = answered(customer, user, statuses=["created", "failed"])
    rest = a_batch(made, [5], state=BatchState.WAITING)
    Batch.objects.filter(pk=rest.pk).update(number=2)
    Import.objects.filter(pk=made.pk).update(state=ImportState.PAUSED, finished_at=None)
    return Import.objects.get(pk=made.pk)


def requested(lead_import, at, status=200, **fields):
    """One more request of an import, which started at that moment and was answered within 1 s."""
    fields.setdefault("token", lead_import.customer.token)
    batch = a_batch(lead_import, [2], state=BatchState.DONE, settled_at=at, claimed_at=at)
    return Attempt.objects.create(
        batch=batch, quota=fields["token"].quota, kind=Kind.SEND, worker="w", fence=1,
        started_at=at, ended_at=at + timedelta(seconds=1), status=status, **fields,
    )  # fmt: skip


def a_batch(lead_import, numbers, **fields):
    customer = lead_import.customer
    return Batch.objects.create(
        customer=customer, lead_import=lead_import, kind=Kind.SEND, number=1, row_numbers=numbers,
        rows=len(numbers), mega_id=customer.mega_id, base_url="http://127.0.0.1:9",
        key=uuid.uuid4(), body=b"", body_sha256=b"", **fields,
    )  # fmt: skip


OLD = {
    "contact_name": "Ana Before",
    "contact_email": "ana@example.com",
    "contact_phone": "+12065550123",
    "source_platform": None,
    "updated_at": "2026-01-01T00:00:00Z",
    "custom_fields": {"budget": "400", "=1+1": "x"},
}


def kept(lead_import, number=3, **content):
    """Old values of a row that was updated, read before."""
    BeforeRead.objects.get_or_create(
        lead_import=lead_import,
        defaults={"minutes": 5, "state": BeforeRead.State.DONE, "not_before": timezone.now()},
    )
    Outcome.objects.filter(lead_import=lead_import, number=number).update(status="updated")
    return BeforeImage.objects.create(
        lead_import=lead_import, number=number, lead_id=f"lead-{number}",
        content=OLD | content, read_at=timezone.now(),
    )  # fmt: skip


def text(response):
    """The page as one line, tags included; a download that is no text as far as it is one."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return " ".join(content.decode(errors="replace").split())

"""What the benchmarks work on: spreadsheets, customers, and imports at any stretch of the road.

Every lead has an e-mail and a phone of its own, so no cache helps and no rows share a person.
"""

import csv
import json
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

import xlsxwriter
from django.core.files import File
from django.db import connection
from django.utils import timezone

from imports import customers
from imports.columns import derive
from imports.delivery import claims, control, deliver, plan, settle, tokens
from imports.intake import read, upload
from imports.mega.contract import Answer
from imports.models import Batch, BatchState, Customer, Import, ImportState, OnDuplicate
from imports.review import guard_answer
from imports.samples import CITIES, FIRST, LAST, SOURCES
from portal.models import Team

HEADER = ["Full name", "Email", "Phone", "Source", "Buyer or seller", "City", "Budget"]
MAPPING = {"columns": {"City": "custom_fields.city", "Budget": "custom_fields.budget"}}


def sheet_rows(count: int) -> Iterator[list[str]]:
    """Give the data rows of a spreadsheet."""
    for n in range(count):
        first, last = FIRST[n % len(FIRST)], LAST[n // 7 % len(LAST)]
        digits = f"{2_000_000 + n:07d}"
        yield [
            f"{first} {last}",
            f"lead.{n}@example.com",
            f"({206 + n // 7_000_000}) {digits[:3]}-{digits[3:]}",
            SOURCES[n % len(SOURCES)],
            "Buyer" if n % 3 else "Seller",
            CITIES[n % len(CITIES)],
            str(200_000 + n % 700 * 1000),
        ]


def write_csv(path: Path, count: int) -> None:
    """Write a CSV of so many leads."""
    write_rows(path, HEADER, sheet_rows(count))


def write_rows(path: Path, header: list[str], rows: Iterable[list[str]]) -> None:
    """Write a CSV of these rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def write_xlsx(path: Path, count: int) -> None:
    """Write a workbook of so many leads, with shared strings as Excel does it."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for number, cells in enumerate(sheet_rows(count), start=1):
            sheet.write_row(number, 0, cells)


def a_customer(requests_per_minute: int = 10) -> tuple[Customer, str]:
    """Make a customer with a token; return both."""
    team, _ = Team.objects.get_or_create(name="Bench", slug="bench")
    token = f"mega_{uuid.uuid4().hex}{uuid.uuid4().hex}"
    fresh = Customer(
        team=team,
        name=f"Client {uuid.uuid4().hex[:8]}",
        mega_id=uuid.uuid4(),
        requests_per_minute=requests_per_minute,
        keep_old_values=False,  # reading them first is not what is measured
    )
    customer = customers.create(fresh, None)
    tokens.set_token(customer, token, None)
    return customer, token


def uploaded(customer: Customer, count: int, ending: str = "csv") -> Import:
    """Upload a spreadsheet of so many leads."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"leads.{ending}"
        (write_csv if ending == "csv" else write_xlsx)(path, count)
        return accepted(customer, path, upload.Wishes(mapping=MAPPING))


def accepted(customer: Customer, path: Path, wishes: upload.Wishes) -> Import:
    """Upload a file."""
    with path.open("rb") as file:
        made = upload.accept(customer, None, File(file), path.name, wishes=wishes)
    guard_answer.confirm(made, None, customer.name)  # all customers have the same people here
    return made


def read_only(made: Import) -> int:
    """Read an uploaded file; return the fence under which its rows stand."""
    fence = read.read(made.pk)
    assert fence is not None, "somebody else reads this file"
    made.refresh_from_db()
    return fence


def checked(customer: Customer, count: int) -> Import:
    """Make an import whose rows are read and checked."""
    return check(uploaded(customer, count))


def check(made: Import) -> Import:
    """Read an import's rows and check them."""
    derive.propose(made.pk, read_only(made))
    for chunk in derive.unchecked_chunks(made.pk):
        derive.check_chunk(chunk)
    made.refresh_from_db()
    assert made.state == "review", made.reason
    return made


def planned(customer: Customer, count: int) -> Import:
    """Make an import whose batches are cut and that is to be sent."""
    made = checked(customer, count)
    control.send(made, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0)
    plan.plan(made.pk)
    made.refresh_from_db()
    return made


def queued(customer_ids: Iterable[int], rows: int, *, each: int = 1) -> list[int]:
    """Make empty imports that are to be sent, `each` for every customer; return their ids.

    Rows, leads and batches are for the benchmark to add, faster than the road would make them.
    """
    moment = timezone.now()
    made = [
        Import(
            customer=customer,
            mega_id=customer.mega_id,
            file_name="leads.csv",
            file_size=1,
            on_duplicate=OnDuplicate.UPDATE,
            state=ImportState.QUEUED,
            read_fence=1,
            row_count=rows,
            planned_at=moment,
        )
        for customer in Customer.objects.filter(pk__in=customer_ids)
        for _ in range(each)
    ]
    return [one.pk for one in Import.objects.bulk_create(made)]


def settled(customer: Customer, count: int) -> Import:
    """Make an import that MEGA answered: every tenth row failed, every other fifth was updated."""
    made = planned(customer, count)
    for attempt_id, reply in [(one, answer(batch)) for batch, one in taken(made)]:
        settle.record(attempt_id, reply)
    made.refresh_from_db()
    return made


def taken(lead_import: Import) -> list[tuple[Batch, int]]:
    """Take every waiting batch as a worker would; return them with their attempts' ids."""
    batches = list(lead_import.batches.filter(state=BatchState.WAITING).order_by("number"))
    token = lead_import.customer.token
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE imports_batch SET state = 'claimed', token_id = %s, claimed_at = now(),"
            " lease_until = now() + %s * interval '1 second' WHERE id = ANY(%s)",
            [token and token.pk, claims.CLAIM_SECONDS, [batch.pk for batch in batches]],
        )
    found = [(batch, deliver.take(batch.pk, "bench")) for batch in batches]
    return [(batch, one.attempt_id) for batch, one in found if one is not None]


def answer(batch: Batch) -> Answer:
    """Make the answer that MEGA would give to a batch."""
    results = [_result(number) for number in batch.row_numbers]
    body = json.dumps(
        {
            "dry_run": False,
            "summary": {"total": len(results)},
            "results": results,
            "unknown_custom_fields": [],
        }
    )
    return Answer(200, {"content-type": "application/json"}, body.encode())


def _result(number: int) -> dict[str, object]:
    status = "failed" if number % 10 == 0 else "updated" if number % 10 == 5 else "created"
    failed = status == "failed"
    return {
        "row_ref": str(number),
        "status": status,
        "lead_id": None if failed else str(uuid.UUID(int=number)),
        "matched_by": "email" if status == "updated" else None,
        "errors": ["stage_slug: 'hot' is not a stage of this customer's pipeline"]
        if failed
        else None,
        "ignored_custom_fields": [],
    }

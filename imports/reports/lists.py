"""The lists of the pages as CSV: UTF-8 with BOM, CRLF, times in UTC, cells harmless."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from io import StringIO
from itertools import chain
from typing import TypeVar

from django.db.models import Count, QuerySet

from imports.audit import acts
from imports.models import Batch, Customer, Event, Import, Kind
from imports.reports.harmless import harmless

BOM = "\ufeff"
SLICE = 500

Cell = object
T = TypeVar("T")


def customers_csv(found: QuerySet[Customer]) -> Iterator[bytes]:
    """One line a customer; of its token only whether there is one and how it does."""
    head = ("Customer", "Team", "MEGA id", "Phone region", "Requests a minute", "Existing leads",
            "Token", "Added at")  # fmt: skip
    return _csv(head, _each(found.prefetch_related("tokens"), _customer))


def imports_csv(found: QuerySet[Import]) -> Iterator[bytes]:
    """One line an import."""
    head = ("Import", "Customer", "Team", "File", "SHA-256", "State", "Rows", "Uploaded by",
            "Uploaded at", "Started at", "Finished at", "Rows from", "Follow-up of")  # fmt: skip
    return _csv(head, _each(found, _import))


def events_csv(found: QuerySet[Event]) -> Iterator[bytes]:
    """One line an event, with its place in the chain and its hashes."""
    head = ("Trail", "Position", "At", "Act", "Code", "By", "By e-mail", "Customer id",
            "Import", "Facts", "Previous", "Digest")  # fmt: skip
    return _csv(head, _each(found, _event))


def requests_csv(found: QuerySet[Batch]) -> Iterator[bytes]:
    """One line a request, with how often it was tried; no body, no lead data."""
    head = ("Request", "Id", "Part of", "Kind", "Rows", "First row", "Last row", "State",
            "Last conclusion", "Attempts", "First unclear send", "Settled at",
            "Request key")  # fmt: skip
    return _csv(head, _each(found.annotate(tries=Count("attempts")), _request))


def _each(found: QuerySet[T], line: Callable[[T], list[Cell]]) -> Iterator[list[Cell]]:  # type: ignore[type-var]  # any model
    return map(line, found.iterator(chunk_size=SLICE))


def _customer(one: Customer) -> list[Cell]:
    tokens = [token for token in one.tokens.all() if token.retired_at is None]
    state = "none" if not tokens else "refused" if tokens[0].refused_at else "set"
    return [one.name, one.team, one.mega_id, one.region, one.requests_per_minute,
            one.on_duplicate, state, one.created_at]  # fmt: skip


def _import(one: Import) -> list[Cell]:
    customer = one.customer
    return [one.pk, customer, customer.team, one.file_name, one.file_sha256, one.state,
            one.row_count, one.created_by or "", one.created_at, one.started_at,
            one.finished_at, one.get_origin_display(), one.parent_id]  # fmt: skip


def _request(one: Batch) -> list[Cell]:
    tries: int = one.tries  # type: ignore[attr-defined]  # annotated
    return [one.number, one.pk, one.parent_id, one.kind, one.rows, one.row_numbers[0],
            one.row_numbers[-1], one.state, one.reason, tries, one.first_sent_at, one.settled_at,
            one.key if one.kind == Kind.SEND else ""]  # fmt: skip


def _event(one: Event) -> list[Cell]:
    facts = json.dumps(one.facts, ensure_ascii=False, sort_keys=True)
    return [one.chain.team or "site", one.position, one.at, acts.label(one.act), one.act,
            one.actor or "", one.actor.email if one.actor else "", one.customer_id,
            one.import_id, facts,
            bytes(one.previous).hex(), bytes(one.digest).hex()]  # fmt: skip


def _csv(head: Iterable[Cell], lines: Iterable[list[Cell]]) -> Iterator[bytes]:
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BOM)
    for place, line in enumerate(chain([head], lines), start=1):
        writer.writerow([harmless(_text(cell)) for cell in line])
        if place % SLICE == 0:
            yield _drain(buffer)
    yield _drain(buffer)


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return "" if cell is None else str(cell)


def _drain(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", errors="replace")

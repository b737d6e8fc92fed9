"""The lists of the pages as CSV: UTF-8 with BOM, CRLF, times in UTC, cells harmless."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from io import StringIO
from itertools import chain, islice
from typing import TypeVar

from django.db.models import Count, QuerySet

from imports.audit import acts
from imports.delivery import readiness
from imports.models import Batch, Customer, Event, Import, Kind, ListEntry, Recipient
from imports.reports.charts.months import Line
from imports.reports.harmless import harmless
from portal.models import Membership

BOM = "\ufeff"
SLICE = 500

Cell = object
T = TypeVar("T")


def customers_csv(found: QuerySet[Customer]) -> Iterator[bytes]:
    """One line for each of `readiness.known`: of its token its end, how it does, what it may do."""
    head = ("Customer", "Team", "MEGA id", "Phone region", "Requests a minute", "Existing leads",
            "Token", "Added at", "Token ends in", "Refused since", "Last check", "Check found",
            "May read leads", "Requests a minute by MEGA", "Imports under way",
            "Lacks")  # fmt: skip
    return _csv(head, _customers(found))


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


def month_csv(month: date, lines: Iterable[Line]) -> Iterator[bytes]:
    """One line a customer: what was imported in a month, beside the month before."""
    names = ("Imports", "Sent", "Created", "Updated", "Failed")
    head = ("Month", "Customer", "Team", *names, *(f"{name} before" for name in names))
    return _csv(head, (_month(month, line) for line in lines))


def _month(month: date, line: Line) -> list[Cell]:
    now, before = zip(*((now, before) for _, now, before in line.pairs), strict=True)
    return [f"{month:%Y-%m}", line.customer, line.customer.team, *now, *before]


def notices_csv(found: QuerySet[Recipient]) -> Iterator[bytes]:
    """One line a notice of somebody."""
    head = ("Import", "Customer", "File", "About", "At", "Read at")
    return _csv(head, _each(found, _notice))


def members_csv(found: QuerySet[Membership]) -> Iterator[bytes]:
    """One line a member of a team."""
    return _csv(("Person", "E-mail", "Role", "Since", "Deactivated"), _each(found, _member))


def _member(one: Membership) -> list[Cell]:
    gone = "" if one.user.is_active else "yes"
    return [one.user.name, one.user.email, one.get_role_display(), one.created_at, gone]


def do_not_import_csv(found: QuerySet[ListEntry]) -> Iterator[bytes]:
    """One line an entry of a do-not-import list: what is known of it."""
    head = ("Kind", "Hint", "Source", "Reason", "How", "Added by", "Added at")
    return _csv(head, _each(found, _listed))


def _listed(one: ListEntry) -> list[Cell]:
    by = one.addition
    return [one.get_kind_display(), one.hint, by.source, by.reason, by.get_way_display(),
            by.added_by or "", by.added_at]  # fmt: skip


def _each(found: QuerySet[T], line: Callable[[T], list[Cell]]) -> Iterator[list[Cell]]:  # type: ignore[type-var]  # any model
    return map(line, found.iterator(chunk_size=SLICE))


def _customers(found: QuerySet[Customer]) -> Iterator[list[Cell]]:
    every = found.iterator(chunk_size=SLICE)
    while some := list(islice(every, SLICE)):
        waits = readiness.waiting([one.pk for one in some])
        yield from (_customer(one, waits.get(one.pk, 0)) for one in some)


def _customer(one: Customer, waits: int) -> list[Cell]:
    token, reads = readiness.token_of(one), readiness.may_read(one)
    state = "none" if token is None else "refused" if token.refused_at else "set"
    lacks = " ".join(lack.value for lack in readiness.lacks_of(one))
    line: list[Cell] = [one.name, one.team, one.mega_id, one.region, one.requests_per_minute,
                        one.on_duplicate, state, one.created_at]  # fmt: skip
    may = "" if reads is None else "yes" if reads else "no"
    if token is None:
        return [*line, "", "", "", "", may, "", waits, lacks]
    return [*line, token.last_four, token.refused_at, token.checked_at, token.check_result, may,
            token.quota.learned_limit, waits, lacks]  # fmt: skip


def _import(one: Import) -> list[Cell]:
    customer = one.customer
    return [one.pk, customer, customer.team, one.file_name, one.file_sha256, one.state,
            one.row_count, one.created_by or "", one.created_at, one.started_at,
            one.finished_at, one.get_origin_display(), one.parent_id]  # fmt: skip


def _notice(one: Recipient) -> list[Cell]:
    lead_import = one.notice.lead_import
    return [lead_import.pk, lead_import.customer, lead_import.file_name,
            one.notice.get_kind_display(), one.notice.at, one.read_at]  # fmt: skip


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

"""What would be sent, and what is wrong, as files: for whoever has no token, or shows it first."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from imports.columns import derive, fields
from imports.columns.problems import Problem
from imports.models import Import, Lead, Verdict
from imports.reports.harmless import harmless
from imports.review import holds

SLICE = 5_000  # leads that are read at a time
PROBLEMS = ("Row", "Level", "Column", "Found", "What is wrong, and how to repair it")


def header(lead_import: Import) -> list[str]:
    """Return the fields of the leads under MEGA's own names, in the order of the sheet's columns.

    A file under these headings is understood by the portal without a person.
    """
    mapping = derive.mapping_of(lead_import)
    fed = [*mapping.targets, *(column.others for column in mapping.columns if column.others)]
    named = ["contact_name" if target in fields.NAME_PARTS else target for target in fed]
    return list(dict.fromkeys(named))


def lines(lead_import: Import, head: Sequence[str]) -> Iterator[list[str]]:
    """Give the leads that would be sent, in sheet order, some thousand at a time."""
    ready = _leads(lead_import).filter(verdict=Verdict.OK)
    for _, body in _each(ready.values_list("number", "body")):
        yield [harmless(_cell(body, field)) for field in head]


def _cell(body: Mapping[str, Any], field: str) -> str:
    slug = fields.slug_of(field)
    value = body.get("custom_fields", {}).get(slug) if slug else body.get(field)
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def problem_lines(lead_import: Import) -> Iterator[list[str]]:
    """Give every problem of every row, and why rows are kept back, in sheet order."""
    told = _leads(lead_import).filter(Q(warned=True) | ~Q(verdict=Verdict.OK))
    rows = told.values_list("number", "problems", "reason", "code")
    for number, problems, reason, code in _each(rows):
        for one in map(Problem.from_json, problems):
            yield _line(number, one.level, one.header, one.found, one.sentence)
        if reason or code:
            yield _line(number, "kept back", "", "", reason or holds.kind(code).title)


def _line(number: int, *cells: str) -> list[str]:
    return [str(number), *map(harmless, cells)]


def _leads(lead_import: Import) -> QuerySet[Lead]:
    leads = Lead.objects.filter(lead_import=lead_import, mapping=lead_import.mapping_id)
    return leads.order_by("number")


def _each(rows: QuerySet[Lead, Any]) -> Iterator[Any]:
    """Give rows whose first value is their number: no long transaction, flat memory."""
    last = 0
    while some := list(rows.filter(number__gt=last)[:SLICE]):
        yield from some
        last = some[-1][0]

"""What a person sees before sending: problems grouped by how they are repaired."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from imports.columns import fields, problems
from imports.columns.problems import Problem
from imports.models import Import

EXAMPLES = 3
EVERY_ROW = (0, 2**31 - 1)

_GROUPS = """
    SELECT p->>'c', p->>'l', coalesce(p->>'f', ''), coalesce(p->>'h', ''), count(*),
           (array_agg(number ORDER BY number))[1:%(examples)s],
           (array_agg(p ORDER BY number))[1:%(examples)s]
    FROM imports_lead, jsonb_array_elements(problems) p
    WHERE import_id = %(import)s AND mapping_id = %(mapping)s
      AND number BETWEEN %(first)s AND %(last)s AND code <> 'dropped'
    GROUP BY 1, 2, 3, 4
    ORDER BY p->>'l', count(*) DESC, 1
"""


@dataclass(frozen=True, slots=True)
class Example:
    """One row with the problem, in words."""

    number: int
    sentence: str


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """All rows with the same problem in the same column.

    `level` is 'error' (these rows are not sent) or 'warning' (they are, changed or without the
    value).
    """

    code: str
    level: str
    field: str
    column: str
    title: str
    repair: str
    count: int
    examples: list[Example]


def problem_groups(
    lead_import: Import, *, between: tuple[int, int] = EVERY_ROW
) -> list[ProblemGroup]:
    """Return the problems of the current mapping, errors first, the most frequent first.

    Those of the rows `between` two numbers, both included. Who dropped rows has done with theirs.
    """
    first, last = between
    parameters = {
        "first": first,
        "last": last,
        "import": lead_import.pk,
        "mapping": lead_import.mapping_id,
        "examples": EXAMPLES,
    }
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, parameters)
        rows = cursor.fetchall()
    return grouped([*row, [json.loads(one) for one in found]] for *row, found in rows)


Of = tuple[str, str, str, str]
"""A problem's code, level ("e" or "w"), field and header."""


def grouped(counts: Iterable[Sequence[Any]]) -> list[ProblemGroup]:
    """Make groups of counts: what `Of` names, how many, the first rows, their problems as stored.

    Several counts may be of the same group, in the order of their rows.
    """
    found: dict[Of, tuple[int, list[int], list[Any]]] = {}
    for code, level, target, header, count, numbers, examples in counts:
        before, rows, problem = found.get((code, level, target, header), (0, [], []))
        found[code, level, target, header] = before + count, rows + numbers, problem + examples
    ordered = sorted(found.items(), key=lambda one: (one[0][1], -one[1][0], one[0][0]))
    return [
        _group(of, count, rows[:EXAMPLES], problem[:EXAMPLES])
        for of, (count, rows, problem) in ordered
    ]


def _group(of: Of, count: int, numbers: list[int], found: list[Any]) -> ProblemGroup:
    code, level, target, header = of
    kind = problems.kind(code)
    allowed = ", ".join(known.values) if (known := fields.find(target)) else ""
    examples = [Problem.from_json(one) for one in found]
    return ProblemGroup(
        code=code,
        level="error" if level == "e" else "warning",
        field=target,
        column=header,
        title=kind.title,
        repair=kind.repair.format(detail=examples[0].detail, allowed=allowed),
        count=count,
        examples=[
            Example(number, one.at(number)) for number, one in zip(numbers, examples, strict=True)
        ],
    )

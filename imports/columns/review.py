"""What a person sees before sending: problems grouped by how they are repaired."""

import json
from dataclasses import dataclass

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
        return [_group(*row) for row in cursor.fetchall()]


def _group(  # noqa: PLR0913, PLR0917 - the columns of the query
    code: str,
    level: str,
    target: str,
    header: str,
    count: int,
    numbers: list[int],
    found: list[str],
) -> ProblemGroup:
    kind = problems.kind(code)
    allowed = ", ".join(known.values) if (known := fields.find(target)) else ""
    examples = [Problem.from_json(json.loads(one)) for one in found]  # Django gives jsonb as text
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

"""What the leads of an import add up to, kept chunk by chunk: no page walks through a million.

Whoever judges rows counts their chunks anew in the same transaction (`keep`), so that a page adds
up some hundred counts. Chunks that were judged by a former release have none: they are counted for
the page, which stores nothing.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from imports.columns import review, tally
from imports.columns.review import EXAMPLES, ProblemGroup
from imports.columns.tally import Tally
from imports.models import Chunk, Import, ImportState

# Chunk by chunk along the primary key of leads, whatever is known of the import's numbers.
_COUNT = f"""
    SELECT c.id, t.* FROM imports_chunk c CROSS JOIN LATERAL (
        SELECT {tally.COUNTS}
        FROM imports_lead l WHERE l.import_id = %(import)s AND l.mapping_id = c.mapping_id
          AND l.number BETWEEN c.first AND c.last
        GROUP BY 1, 2, 3) t
    WHERE c.id = ANY(%(chunks)s)
"""  # noqa: S608 - made of constants
_PROBLEMS = """
    SELECT c.id, t.* FROM imports_chunk c CROSS JOIN LATERAL (
        SELECT p->>'c', p->>'l', coalesce(p->>'f', ''), coalesce(p->>'h', ''), count(*),
               (array_agg(number ORDER BY number))[1:%(examples)s],
               (array_agg(p ORDER BY number))[1:%(examples)s]
        FROM imports_lead l, jsonb_array_elements(l.problems) p
        WHERE l.import_id = %(import)s AND l.mapping_id = c.mapping_id
          AND l.number BETWEEN c.first AND c.last AND l.code <> 'dropped' AND l.problems <> '[]'
        GROUP BY 1, 2, 3, 4) t
    WHERE c.id = ANY(%(chunks)s)
"""
_KEEP = """
    UPDATE imports_chunk c SET sums = counted.sums
    FROM unnest(%s::bigint[], %s::jsonb[]) AS counted (id, sums) WHERE c.id = counted.id
"""

# While sending goes on, leads that wait may be kept back without being judged.
_KEPT = (ImportState.REVIEW, ImportState.SCHEDULED)

Sums = dict[str, list[list[Any]]]
"""Of a chunk: `leads` and `problems`, each a list of rows as the queries above give them."""


def keep(locked: Import, numbers: Sequence[int] | None = None) -> None:
    """Count chunks anew: all, or those of these rows. The caller holds the import's row."""
    chunks = _chunks_of(locked, numbers)
    counted = _counted(locked, chunks)
    with connection.cursor() as cursor:
        values = [json.dumps(counted[chunk]) for chunk in chunks]
        cursor.execute(_KEEP, [chunks, values])


def of(lead_import: Import) -> tuple[Tally, list[ProblemGroup]]:
    """Add up what all leads of the current mapping are, and their problems in groups.

    In review as it is kept; later they are counted, since sending changes them.
    """
    if lead_import.state not in _KEPT:
        return tally.of(lead_import), review.problem_groups(lead_import)
    every = _kept(lead_import)
    problems = (row for sums in every for row in sums["problems"])
    return _tally(every), review.grouped(problems)


def tally_of(lead_import: Import) -> Tally:
    """Add up what all leads are, alone."""
    if lead_import.state not in _KEPT:
        return tally.of(lead_import)
    return _tally(_kept(lead_import))


def _tally(every: Iterable[Sums]) -> Tally:
    return tally.summed([row for sums in every for row in sums["leads"]])


def _kept(lead_import: Import) -> list[Sums]:
    kept = dict(Chunk.objects.filter(mapping=lead_import.mapping_id).values_list("pk", "sums"))
    counted = _counted(lead_import, [chunk for chunk, sums in kept.items() if sums is None])
    return [counted[chunk] if sums is None else sums for chunk, sums in kept.items()]


def _chunks_of(locked: Import, numbers: Iterable[int] | None) -> list[int]:
    chunks = Chunk.objects.filter(mapping=locked.mapping_id).order_by("first")
    found = list(chunks.values_list("pk", "first"))
    if numbers is None:
        return [chunk for chunk, _ in found]
    firsts = [first for _, first in found]
    places = {bisect_right(firsts, number) - 1 for number in numbers}
    return [found[place][0] for place in sorted(places) if place >= 0]


def _counted(lead_import: Import, chunks: Sequence[int]) -> dict[int, Sums]:
    counted: dict[int, Sums] = {chunk: {"leads": [], "problems": []} for chunk in chunks}
    if not counted:
        return counted
    parameters: dict[str, Any] = {"import": lead_import.pk, "chunks": list(chunks)}
    parameters["examples"] = EXAMPLES
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, parameters)
        for chunk, *row in cursor.fetchall():
            counted[chunk]["leads"].append(row)
        cursor.execute(_PROBLEMS, parameters)
        for chunk, *row, examples in cursor.fetchall():
            counted[chunk]["problems"].append([*row, [json.loads(one) for one in examples]])
    return counted

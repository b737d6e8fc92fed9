"""Rows that other imports hold too: which of them went to MEGA already, so that none goes twice.

A row may be in many imports of a family (`columns.family`): a row that failed is taken up by a
follow-up, and comes back repaired in a file, and fails there again. It is gone for an import when
any other of the family that sends to the same account of MEGA brought it, or is sending it, or has
sent it without a clear answer: up, down or aside, however far. Failed rows are not: MEGA has
nothing of them.

A row that MEGA skipped counts as gone too. MEGA has that person, and was told to leave what it has
as it is. Sent again with the old contact it would change nothing, or overwrite what was to be left;
with a repaired one MEGA could no longer recognise the person and would make a second lead.

What is left out while rows are checked, or for a page, may be old when the word to send is given.
So `leave_out` is asked once more then, with the family's lock: of two imports with the same row the
second waits, and sees the first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from imports import whole_file
from imports.columns import family
from imports.models import UNDER_WAY, Again, Import, Lead, Verdict

_BEGINNING = "Row "  # of the reasons below, and of no other of a duplicate
_LEFT_OUT = f"l.verdict = 'duplicate' AND l.reason LIKE '{_BEGINNING}%%'"
_READY = "l.verdict = 'ok'"
_MINE = """
    SELECT l.number, %(head)s::bigint AS home, l.number AS row
    FROM imports_lead l
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND {which}
"""
# One numbering up: a row that repairs none was added there, and is at home there.
_UP = """
    SELECT m.number, CASE WHEN r.repairs IS NULL THEN m.home ELSE {above} END AS home,
           coalesce(r.repairs, m.row) AS row
    FROM ({mine}) m
    LEFT JOIN imports_row r ON r.import_id = {head} AND r.number = m.row AND m.home = {head}
"""
_HOMES = "SELECT home, array_agg(DISTINCT row) FROM ({mine}) mine GROUP BY 1"
# One numbering down, with what else is at home there.
_AT_HOME = """
    SELECT n AS number, {head}::bigint AS home, n AS row FROM unnest(%(rows{head})s::int[]) n
"""
_DOWN = """
    SELECT r.number, o.home, o.row FROM numbers{above} o
    JOIN imports_row r ON r.import_id = {head} AND r.repairs = o.number
"""
_THEIRS = """
    SELECT k.import_id, k.number, n.home, n.row, o.status
    FROM numbers{head} n
    JOIN imports_lead k ON k.number = n.number AND k.import_id = ANY(%(imports{head})s)
        AND k.mapping_id = ANY(%(mappings{head})s) AND k.verdict = 'ok' {leads}
    LEFT JOIN imports_outcome o ON o.import_id = k.import_id AND o.number = k.number
        AND o.import_id = ANY(%(imports{head})s) {outcomes}
"""
# What is under way counts as gone, and what was sent without a clear answer: nobody knows. A
# cancelled import's request may be about to leave while it is not dropped yet.
_GONE = """
    unclear AS MATERIALIZED (
        SELECT b.import_id, n.number, b.state = 'dropped' AS is_left
        FROM imports_batch b CROSS JOIN LATERAL unnest(b.row_numbers) AS n (number)
        WHERE b.import_id = ANY(%(others)s) AND b.kind = 'send'
          AND (b.state IN ('waiting', 'claimed', 'sending')
               OR (b.state NOT IN ('done', 'replaced') AND b.first_sent_at IS NOT NULL))
    ), gone AS (
        SELECT DISTINCT ON (m.number) m.number, m.home, m.row, t.import_id AS source,
               coalesce(t.status, CASE WHEN u.is_left THEN 'unclear' ELSE 'under way' END) AS how
        FROM mine m JOIN theirs t ON t.home = m.home AND t.row = m.row
        JOIN imports_import s ON s.id = t.import_id AND s.id = ANY(%(others)s)
        LEFT JOIN unclear u ON u.import_id = t.import_id AND u.number = t.number
        WHERE t.status <> 'failed' OR (
              t.status IS NULL AND (s.state = ANY(%(under_way)s) OR u.number IS NOT NULL))
        ORDER BY m.number, t.status, u.is_left, t.import_id
    )
"""
_COUNT = "SELECT count(*) FROM gone"
_LEAVE_OUT = f"""
    UPDATE imports_lead l SET verdict = 'duplicate', code = 'gone', reason =
        '{_BEGINNING}' || g.row || ' of import ' || g.home || CASE g.how
        WHEN 'under way' THEN ' is on its way to MEGA already: see import ' || g.source || '.'
        WHEN 'unclear' THEN ' was sent without a clear answer by import ' || g.source || '.'
        WHEN 'skipped' THEN ' was skipped by import ' || g.source
            || ': MEGA has a lead of this person already.'
        ELSE ' was ' || g.how || ' in MEGA already by import ' || g.source || '.' END
    FROM gone g
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.number = g.number
"""  # noqa: S608 - made of constants


def count(lead_import: Import) -> int:
    """Return how many rows were left out because they are gone, or go all the same.

    For a page: what went since is found out when the import is sent.
    """
    if not family.is_in_one(lead_import):
        return 0
    if lead_import.again == Again.SEND:
        return _count(lead_import, "l.verdict IN ('ok', 'duplicate')")
    return _left_out(lead_import)


def is_changed(lead_import: Import) -> bool:
    """Whether rows went to MEGA, or were taken back, since they were last left out."""
    if lead_import.again == Again.SEND or not family.is_in_one(lead_import):
        return False
    left_out = _left_out(lead_import)
    return _count(lead_import, _READY) > 0 or (
        left_out > 0 and _count(lead_import, _LEFT_OUT) < left_out
    )


def leave_out(locked: Import, *, for_good: bool = False) -> int:
    """Leave out the rows that are gone, unless a person wants them sent; return how many.

    The caller holds the import's row. Who sends it asks `for_good`: until the end of the
    transaction no other of the family is sent. That waits for whoever plans or settles the eldest,
    so nobody else asks for it.
    """
    if for_good:
        family.lock(locked)
    if locked.again == Again.SEND:
        return 0
    asked = _ask(locked, _READY)
    return _run(_LEAVE_OUT, asked) if asked else 0


def _left_out(lead_import: Import) -> int:
    left_out = Lead.objects.filter(lead_import=lead_import, mapping=lead_import.mapping_id)
    return left_out.filter(verdict=Verdict.DUPLICATE, reason__startswith=_BEGINNING).count()


@dataclass(frozen=True, slots=True)
class _Asked:
    """The tables `mine` and `theirs` of a question, and its parameters."""

    tables: str
    parameters: dict[str, Any]


def _count(lead_import: Import, which: str) -> int:
    asked = _ask(lead_import, which)
    return _run(_COUNT, asked) if asked else 0


def _run(sql: str, asked: _Asked) -> int:
    with whole_file.cursor() as cursor:
        cursor.execute(f"WITH {asked.tables}, {_GONE} {sql}", asked.parameters)
        return int(cursor.fetchone()[0] if sql is _COUNT else cursor.rowcount)


def _ask(lead_import: Import, which: str) -> _Asked | None:
    """Prepare the question about these rows of the import; None when no other can hold them.

    1. Find where they are at home, and under which numbers. 2. From there go down every numbering
    of the family; imports with a home's own numbers are asked for these only: the eldest may have a
    million rows, and a page waits.
    """
    members = family.members(lead_import)
    (me,) = (one for one in members if one.pk == lead_import.pk)
    others = [one for one in members if one.mapping and one.mega_id == me.mega_id and one != me]
    if not others or not me.mapping:
        return None
    mine = _mine(me, {one.head: one.above for one in members}, which)
    parameters: dict[str, Any] = {
        "import": me.pk,
        "mapping": me.mapping,
        "head": me.head,
        "others": [one.pk for one in others],
        "under_way": list(UNDER_WAY),
    }
    with whole_file.cursor() as cursor:
        cursor.execute(_HOMES.format(mine=mine), parameters)
        homes = dict(cursor.fetchall())
    for head, rows in homes.items():
        parameters[f"rows{head}"] = rows
    tables, theirs = [f"mine AS MATERIALIZED ({mine})"], []
    for table, query in _down(members, others, homes, parameters):
        tables.append(table)
        theirs += query
    if not theirs:
        return None
    return _Asked(", ".join([*tables, f"theirs AS MATERIALIZED ({_either(theirs)})"]), parameters)


def _mine(me: family.Member, above: dict[int, int | None], which: str) -> str:
    mine, head = _MINE.format(which=which), me.head
    while (over := above[head]) is not None:
        mine = _UP.format(mine=mine, head=head, above=over)
        head = over
    return mine


def _down(
    members: Sequence[family.Member],
    others: Sequence[family.Member],
    homes: dict[int, Any],
    parameters: dict[str, Any],
) -> Iterator[tuple[str, list[str]]]:
    """Give the table of each numbering that rows of ours reach, and who of the others is in it."""
    reached: set[int] = set()
    for head, group in family.by_head(members):
        above = group[0].above
        parts = [_AT_HOME.format(head=head)] if head in homes else []
        if above in reached:
            parts.append(_DOWN.format(head=head, above=above))
        if not parts:
            continue
        reached.add(head)
        asked = [one for one in group if one in others]
        parameters[f"imports{head}"] = [one.pk for one in asked]
        parameters[f"mappings{head}"] = [one.mapping for one in asked]
        narrow = f"AND {{}}.number = ANY(%(rows{head})s)" if above not in reached else ""
        theirs = _THEIRS.format(head=head, leads=narrow.format("k"), outcomes=narrow.format("o"))
        yield f"numbers{head} AS MATERIALIZED ({_either(parts)})", [theirs] if asked else []


def _either(queries: Sequence[str]) -> str:
    return " UNION ALL ".join(queries)

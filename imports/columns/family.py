"""The imports that one upload's rows went on to, and whose row each of their rows is.

An import with rows of another stands below it: a follow-up, whose rows are its parent's under the
same numbers, and a file that came back and is linked, whose rows say which row of its parent each
repairs (`Row.repairs`). The family is all that stand below the same eldest import. A follow-up
counts in its parent's numbers, so it shares a *numbering* with it; only a file begins a new one. A
row is at home where the way up ends: in the eldest import, or in a file to which somebody added it.
Two rows of a family are the same row exactly if they have the same home and the number there.

Nothing of this is stored twice: the links and `Row.repairs` say it all, however old they are. An
import is younger than its parent, so the way up ends.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.db import connection

from imports.models import Import

_IS_BELOW = """
    (c.parent_id < c.id AND (c.origin IN ('retry', 'rest')
                             OR (c.origin = 'file' AND c.returned @> '{"linked": true}')))
"""
_UP = f"""
    WITH RECURSIVE up AS (
        SELECT c.id, CASE WHEN {_IS_BELOW} THEN c.parent_id END AS above
        FROM imports_import c WHERE c.id = %(import)s
        UNION ALL
        SELECT c.id, CASE WHEN {_IS_BELOW} THEN c.parent_id END
        FROM up u JOIN imports_import c ON c.id = u.above
    )
"""  # noqa: S608 - constants
_ELDEST = f"{_UP} SELECT id FROM up WHERE above IS NULL"  # noqa: S608 - constants
_ALL = f"""{_UP}, family AS (
        SELECT c.id, NULL::bigint AS above, true AS is_file, c.mapping_id, c.mega_id
        FROM up u JOIN imports_import c ON c.id = u.id WHERE u.above IS NULL
        UNION ALL
        SELECT c.id, c.parent_id, c.origin = 'file', c.mapping_id, c.mega_id
        FROM family f JOIN imports_import c ON c.parent_id = f.id AND {_IS_BELOW}
    )
    SELECT id, above, is_file, mapping_id, mega_id FROM family ORDER BY id
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Member:
    """An import, where its numbers were given (`head`), and above what these numbers stand.

    head   the import itself, or the eldest of the follow-ups' ancestors that share its numbers
    above  the head of the numbers that the head's `Row.repairs` hold; None for the eldest's
    """

    pk: int
    head: int
    above: int | None
    mapping: int | None
    mega_id: UUID


def is_in_one(lead_import: Import) -> bool:
    """Whether another import may hold the same rows."""
    return len(members(lead_import)) > 1


def members(lead_import: Import) -> list[Member]:
    """Return the whole family, the eldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_ALL, {"import": lead_import.pk})
        found: dict[int, Member] = {}
        for pk, parent, is_file, mapping, mega_id in cursor.fetchall():
            over = found.get(parent)
            if over is None or is_file:
                one = Member(pk, pk, over.head if over else None, mapping, mega_id)
            else:
                one = Member(pk, over.head, over.above, mapping, mega_id)
            found[pk] = one
    return list(found.values())


def by_head(family: Iterable[Member]) -> Iterator[tuple[int, list[Member]]]:
    """Give the imports that share numbers, those first whose numbers others' rows hold."""
    ordered = sorted(family, key=lambda one: (one.head, one.pk))
    return ((head, list(group)) for head, group in groupby(ordered, key=lambda one: one.head))


def lock(locked: Import) -> None:
    """Lock the eldest of the family of an import whose row the caller holds.

    Whoever sends an import of the family passes here, one at a time. The younger is locked before
    the elder, here as anywhere. Until the eldest is held it may itself have been linked to another.
    """
    held = {locked.pk}
    while (eldest := _eldest(locked)) not in held:
        Import.objects.select_for_update(no_key=True).only("pk").get(pk=eldest)
        held.add(eldest)


def _eldest(lead_import: Import) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_ELDEST, {"import": lead_import.pk})
        (pk,) = cursor.fetchone()
    return int(pk)

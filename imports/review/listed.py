"""Rows of people who are on a do-not-import list of their customer or its team."""

from collections.abc import Iterator, Sequence

from django.db import connection

from imports.do_not_import import lists, matching
from imports.do_not_import.matching import Hit, Person
from imports.models import Import
from imports.review.scope import Scope

CODE = "listed"
_SLICE = 20_000  # rows
_PEOPLE = """
    SELECT number, email_key, phone_key FROM imports_lead
    WHERE import_id = %(import)s AND mapping_id = %(mapping)s AND verdict = 'ok' AND {among}
"""
_EXCLUDE = """
    UPDATE imports_lead l SET verdict = 'excluded', code = 'listed', reason = h.reason
    FROM unnest(%s::int[], %s::text[]) AS h (number, reason)
    WHERE l.import_id = %s AND l.mapping_id = %s AND l.number = h.number AND l.verdict = 'ok'
"""


def leave_out(locked: Import, scope: Scope) -> None:
    """Exclude who is on a list; note by which version of the lists that was judged."""
    version = lists.version_for(locked.customer_id)
    if scope.numbers is None and version != locked.listed_to:
        locked.listed_to = version
        locked.save(update_fields=["listed_to"])
    if version:
        few = scope.numbers is not None and len(scope.numbers) <= matching.FEW
        kept = lists.holding_for(locked.customer)
        exclude(locked, list(matching.hits(kept, _people(scope), few=few)))


def is_changed(lead_import: Import) -> bool:
    """Whether a list was changed since the import was judged by it."""
    return lists.version_for(lead_import.customer_id) != lead_import.listed_to


def exclude(lead_import: Import, found: Sequence[Hit]) -> None:
    """Exclude the rows that were hit, each with its reason."""
    said = matching.sentences(found)
    for at in range(0, len(found), _SLICE):
        part = found[at : at + _SLICE]
        numbers = [hit.number for hit in part]
        reasons = [said[hit.kind, hit.addition] for hit in part]
        with connection.cursor() as cursor:
            cursor.execute(_EXCLUDE, [numbers, reasons, lead_import.pk, lead_import.mapping_id])


def _people(scope: Scope) -> Iterator[Person]:
    """Stream them: of a million rows no more than some thousand are here at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_PEOPLE.format(among=scope.among()), scope.parameters)
        while rows := cursor.fetchmany(_SLICE):
            yield from rows

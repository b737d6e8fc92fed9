"""Leads of some rows, made anew: of a chunk, or of the rows that a person corrected."""

from collections.abc import Sequence

from django.db import connection

from imports.columns import bars, by_words, check, leadtext, read_before
from imports.columns.mapping import Mapping
from imports.columns.rules import Rules
from imports.models import MappingVersion
from imports.review import overlay

_SPAN = "BETWEEN %s AND %s"
_AMONG = "= ANY(%s)"
_CELLS = """
    SELECT number, cells FROM imports_row
    WHERE import_id = %s AND number {which} AND cells <> '{{}}'
"""
_COPY = f"COPY imports_lead ({leadtext.COLUMNS}) FROM STDIN"


def lines(
    version: MappingVersion, *, span: tuple[int, int] | None = None, among: Sequence[int] = ()
) -> str:
    """Check rows, with what people corrected in them; blank rows have no lead.

    They are those of a span of numbers, both included, or else `among` these.
    """
    lead_import = version.lead_import
    made = Mapping.from_json(version.content)
    checker = check.compile_mapping(
        made,
        version.region or lead_import.customer.region,
        by_words.refused_values(lead_import),
        bars.of(made, Rules.from_json(version.rules)),
    )
    sql = _CELLS.format(which=_AMONG if span is None else _SPAN)
    with connection.cursor() as cursor:  # by the model it takes twice as long
        cursor.execute(sql, [lead_import.pk, *(span or [list(among)])])
        rows = cursor.fetchall()
    rows = overlay.over(lead_import, rows)
    phones = read_before.phones(version, *span) if span else None
    return leadtext.lines(lead_import.pk, version.pk, checker.check_all(rows, phones))


def store(found: str) -> None:
    """Write leads by COPY."""
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write(found)

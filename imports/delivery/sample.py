"""A preview by sample: one request with leads from all over the sheet."""

from django.db import connection

from imports.mega.contract import MAX_ROWS
from imports.models import DryRun

# Of so many leads in sheet order the one is taken with which a further part of the sample begins.
_SPREAD = """
    SELECT number FROM (
        SELECT number, row_number() OVER (ORDER BY number) - 1 AS place, count(*) OVER () AS leads
        FROM imports_lead
        WHERE import_id = %(import)s AND mapping_id = %(mapping)s AND verdict = 'ok') every
    WHERE place = 0 OR place * %(most)s / leads <> (place - 1) * %(most)s / leads
    ORDER BY number
"""


def numbers(dry_run: DryRun) -> list[int]:
    """Return the rows of the sample, as many as one request carries, in sheet order."""
    parameters = {
        "import": dry_run.lead_import_id,
        "mapping": dry_run.mapping_id,
        "most": MAX_ROWS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SPREAD, parameters)
        return [number for (number,) in cursor.fetchall()]

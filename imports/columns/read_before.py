"""Phones that were read under the mapping before, from the same cells in the same way.

To read a phone takes a third of the time in which a row is checked, and most changes of a mapping
concern other columns. A phone is taken over only where reading its cell again could give nothing
else: nothing was to be said of it, no decision changed its lead, and nobody ever corrected its row.
"""

from dataclasses import replace
from typing import Any, Final

from django.db import connection

from imports.columns import check, memory
from imports.columns.mapping import ColumnMap, Mapping
from imports.models import Chunk, Correction, Import, MappingVersion

PHONE: Final = check.PHONE
READ_BY: Final = f"{check.RULES_VERSION} {check.PHONE_DATA_VERSION}"
"""How this release reads cells; another one may read them otherwise."""

_PHONES = f"""
    SELECT number, body->>'{PHONE}' FROM imports_lead
    WHERE import_id = %s AND mapping_id = %s AND number BETWEEN %s AND %s
      AND checked IS NULL AND body ? '{PHONE}'
      AND (problems = '[]' OR NOT problems @> '[{{"f": "{PHONE}"}}]')
"""  # noqa: S608 - made of constants


def under(locked: Import, wanted: Mapping, region: str) -> MappingVersion | None:
    """Return the import's current mapping where its leads have phones as `wanted` would read them
    in a region.

    The caller holds the import's row. One that is read anew has no mapping until it was read.
    """
    former = locked.mapping
    before = memory.readable(former) if former else None
    if former is None or before is None:  # one that cannot be read any more is mapped again
        return None
    here = _reading(wanted, region)
    return former if here is not None and here == _reading(before, former.region) else None


def _reading(mapping: Mapping, region: str) -> tuple[Any, ...] | None:
    """Everything by which phones are read; None where they come from more than one column's cells.

    What becomes of numbers that are merely possible is not in it: of these something is said.
    """
    fed = [column for column in mapping.columns if PHONE in column.targets]
    if len(fed) != 1 or PHONE in mapping.joins:
        return None
    blank = {word for word in mapping.words.contacts if any(map(str.isdigit, word))}
    return _plain(fed[0]), mapping.country, mapping.region or region, blank


def _plain(column: ColumnMap) -> ColumnMap:
    """The column without what is said of it only, or what other things are judged by."""
    return replace(
        column, header="", reason="", confidence="none", wanted=None, looks="", consent=None
    )


def phones(version: MappingVersion, first: int, last: int) -> dict[int, str]:
    """Return the phones that the rows of a span would get again, by the row's number.

    Former leads are dropped at leisure; what is gone is read again, and so is what a release read
    that reads otherwise than this one.
    """
    former, import_id = version.phones_from_id, version.lead_import_id
    chunks = Chunk.objects.filter(mapping=former, first__lte=last, last__gte=first)
    if former is None or chunks.exclude(read_by=READ_BY).exists():
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_PHONES, [import_id, former, first, last])
        found = dict(cursor.fetchall())
    corrected = Correction.objects.filter(lead_import=import_id, number__range=(first, last))
    for number in corrected.values_list("number", flat=True).distinct():
        found.pop(number, None)  # also where it is undone: it may have stood then
    return found

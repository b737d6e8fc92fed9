"""What the whole of each column says about how its dates and numbers are written.

Only columns whose first rows hold such cells are asked about, by one pass over all rows each.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from django.db import connection

from imports.columns import formats
from imports.columns.mapping import ColumnMap, Mapping
from imports.models import Import

MOST_COLUMNS = 16
SHARE = 0.8  # of a column's first cells must be such, else they are prose

_DATES = """
    SELECT coalesce(max(m[1]::int), 0), coalesce(max(m[2]::int), 0)
    FROM imports_row, regexp_match(btrim(cells[%(place)s]), %(date)s) m
    WHERE import_id = %(pk)s
"""
_NUMBERS = """
    SELECT count(*) FILTER (WHERE c ~ %(comma)s), count(*) FILTER (WHERE c ~ %(point)s),
           count(*) FILTER (WHERE c ~ %(either)s)
    FROM imports_row, btrim(cells[%(place)s]) c
    WHERE import_id = %(pk)s AND c ~ '[.,]'
"""
_NUMERIC = re.compile("|".join((formats.COMMA, formats.POINT, formats.EITHER, r"^[-+]?\d+$")))
_MARKED = re.compile(r"[.,]")
_DATE = re.compile(formats.DATE)


def surveyed(
    mapping: Mapping,
    lead_import: Import,
    rows: Sequence[Sequence[str]],
    keep_lease: Callable[[], object],
) -> Mapping:
    """The mapping with each column's looks, and with the reading that they prove.

    `rows` are the first ones, by which the columns are chosen; `keep_lease` is called before each
    pass, which may take seconds.
    """
    asked = 0
    columns: list[ColumnMap] = []
    for column in mapping.columns:
        cells = [row[column.index].strip() for row in rows if len(row) > column.index]
        topic = _topic([cell for cell in cells if cell])
        if topic and asked < MOST_COLUMNS:
            asked += 1
            keep_lease()
            columns.append(_with_looks(column, _looks(lead_import, column.index, topic)))
        else:
            columns.append(column)
    return Mapping(tuple(columns), mapping.constants)


def _topic(cells: Sequence[str]) -> str:
    if not cells:
        return ""
    if sum(map(bool, map(_DATE.match, cells))) >= SHARE * len(cells):
        return "date"
    if any(map(_MARKED.search, cells)) and (
        sum(map(bool, map(_NUMERIC.match, cells))) >= SHARE * len(cells)
    ):
        return "number"
    return ""


def _looks(lead_import: Import, index: int, topic: str) -> formats.Looks:
    values: dict[str, int | str] = {
        "pk": lead_import.pk,
        "place": index + 1,
        "date": formats.DATE,
        "comma": formats.COMMA,
        "point": formats.POINT,
        "either": formats.EITHER,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DATES if topic == "date" else _NUMBERS, values)
        found = cursor.fetchone()
    if topic == "date":
        return formats.looks_of_dates(*found)
    return formats.looks_of_numbers(*found)


def _with_looks(column: ColumnMap, looks: formats.Looks) -> ColumnMap:
    proven: formats.ReadAs = looks if looks in {"dmy", "mdy", "comma", "point"} else ""
    return replace(column, looks=looks, read_as=column.read_as or proven)

"""All rows of an import column by column, some thousand rows at a time.

PostgreSQL joins a stretch of rows to one text, which is divided here: a fifth of the time that
handing over each row takes. Stretches are bounded by rows and by bytes, so memory is flat however
long and wide the sheet is.
"""

from collections.abc import Callable, Iterator, Sequence

from django.db import connection

from imports.models import Import, Row

MOST_ROWS = 10_000
MOST_CELLS = 200_000
MOST_BYTES = 20_000_000
LONGEST = 200  # characters (as many as `profile` keeps), to which cells of very long rows are cut
_CELL, _ROW = "\x1f", "\x1e"

Column = Sequence[str]

# Long rows stay out of the text. OFFSET keeps PostgreSQL from joining a row's cells twice.
_JOINED = """
    SELECT string_agg(text, %(row)s) FILTER (WHERE octet_length(text) <= %(bytes)s),
           count(*) FILTER (WHERE octet_length(text) <= %(bytes)s),
           count(*),
           bool_and(width = %(width)s)
    FROM (SELECT array_to_string(cells, %(cell)s) AS text, cardinality(cells) AS width
          FROM imports_row
          WHERE import_id = %(pk)s AND number BETWEEN %(first)s AND %(last)s AND cells <> '{}'
          OFFSET 0) joined
"""
_ONE_BY_ONE = """
    SELECT ARRAY(SELECT left(cell, %(longest)s)
                 FROM unnest(cells) WITH ORDINALITY AS c (cell, place) ORDER BY place)
    FROM imports_row
    WHERE import_id = %(pk)s AND number BETWEEN %(first)s AND %(last)s AND cells <> '{}'
"""


def of(lead_import: Import, keep_lease: Callable[[], object]) -> Iterator[list[Column]]:
    """Give the cells of each column (as many as headings) of a stretch of rows after the other.

    Blank rows are left out, missing cells are "". `keep_lease` is called before each stretch,
    since a large file takes some seconds.
    """
    width = len(lead_import.headers)
    if not width:
        return
    ends = Row.objects.filter(lead_import=lead_import).order_by("number")
    numbers = ends.values_list("number", flat=True)
    first, last = numbers.first(), numbers.last()
    if first is None or last is None:
        return
    size = max(1, min(MOST_ROWS, MOST_CELLS // width))
    for start in range(first, last + 1, size):
        keep_lease()
        yield _columns(lead_import.pk, start, start + size - 1, width, MOST_BYTES // size)


def _columns(import_id: int, first: int, last: int, width: int, most_bytes: int) -> list[Column]:
    asked = {"pk": import_id, "first": first, "last": last, "width": width, "bytes": most_bytes}
    with connection.cursor() as cursor:
        cursor.execute(_JOINED, asked | {"cell": _CELL, "row": _ROW})
        text, short, rows, is_even = cursor.fetchone()
        if not rows:
            return [()] * width
        if short == rows and is_even and text.count(_CELL) == rows * (width - 1):
            cells = text.replace(_ROW, _CELL).split(_CELL)
            if len(cells) == rows * width:
                return [cells[place::width] for place in range(width)]
        # Rows that are long or of different lengths, or cells that hold a mark of ours.
        cursor.execute(_ONE_BY_ONE, asked | {"longest": LONGEST + 1})
        found = [_of_width(row, width) for (row,) in cursor.fetchall()]
    return list(zip(*found, strict=True))


def _of_width(row: list[str], width: int) -> list[str]:
    return (row + [""] * (width - len(row)))[:width]

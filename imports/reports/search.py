"""The rows of an import in which something is written.

All of them are looked at, whatever else is wanted, so they are walked through once, and without
what became of them: to join that first took ten times as long as to find a person.
"""

from typing import Any

from imports import whole_file
from imports.models import Import
from portal import characters
from portal.names import SEEN

_CELLS = "array_to_string(r.cells, ' ')"
_HOLDS = "strpos(lower({cells}), lower(%(text)s)) > 0"  # half the time of ILIKE
# Where something is hidden in a cell the row says so, and only there it costs another look.
_FOUND = f"""
    SELECT array_agg(number ORDER BY number) FROM (
        SELECT r.number FROM imports_row r
        WHERE r.import_id = %(import)s AND {_HOLDS.format(cells=_CELLS)}
        UNION
        SELECT r.number FROM imports_lead l
        JOIN imports_row r ON r.import_id = %(import)s AND r.number = l.number
        WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s
          AND l.problems @> '[{{"c": "hidden_removed"}}]'
          AND {_HOLDS.format(cells=SEEN.format(_CELLS))}
    ) found
"""  # noqa: S608 - made of constants


def numbers(lead_import: Import, text: str) -> tuple[int, ...]:
    """Return the numbers of the rows with this text in their cells, in the order of the sheet.

    Capitals make no difference, nor do characters that nobody sees.
    """
    wanted: dict[str, Any] = {
        "text": characters.seen(text),
        "import": lead_import.pk,
        "mapping": lead_import.mapping_id,
    }
    with whole_file.cursor() as cursor:
        cursor.execute(_FOUND, wanted)
        (found,) = cursor.fetchone()
    return tuple(found or ())

"""What the leads of an import add up to, counted in one walk through them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from imports.columns.review import EVERY_ROW
from imports.models import Import, Verdict

COUNTS = """
    verdict, code, repeats, count(*), count(*) FILTER (WHERE shared),
    min(number) FILTER (WHERE shared),
    count(*) FILTER (WHERE problems <> '[]' AND problems @> '[{"c": "email_unusual"}]')
"""
"""What is counted of leads, in groups of the first three."""
_COUNT = f"""
    SELECT {COUNTS} FROM imports_lead
    WHERE import_id = %(import)s AND mapping_id = %(mapping)s
      AND number BETWEEN %(first)s AND %(last)s
    GROUP BY 1, 2, 3
"""  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class Tally:
    """Leads of the current mapping by verdict; those that share an e-mail or phone with another.

    `codes` are those that are kept back, by the code of why (`review.holds.KINDS`). `repeats` are
    those that an earlier import brought just so, by its number, whether they are sent or left out;
    `repeats_sent` of them go. Those `apart` go, too, in requests of their own (`delivery.packing`).
    """

    verdicts: dict[str, int]
    shared: int = 0
    first_shared: int | None = None  # a row number
    codes: dict[str, int] = field(default_factory=dict)
    repeats: dict[int, int] = field(default_factory=dict)
    repeats_sent: int = 0
    apart: int = 0

    @property
    def to_send(self) -> int:
        return self.verdicts.get(Verdict.OK, 0)

    @property
    def held(self) -> dict[str, int]:
        """Those that are not to be sent, by why."""
        return {verdict: n for verdict, n in self.verdicts.items() if verdict != Verdict.OK}


NONE = Tally({})


def of(lead_import: Import, *, between: tuple[int, int] = EVERY_ROW) -> Tally:
    """Count the leads of the rows `between` two numbers, both included."""
    first, last = between
    parameters = {"import": lead_import.pk, "mapping": lead_import.mapping_id}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, parameters | {"first": first, "last": last})
        return summed(cursor.fetchall())


def summed(found: Sequence[Sequence[Any]]) -> Tally:
    """Add up rows of COUNTS; several may be of the same verdict and code."""
    firsts = [number for *_, number, _ in found if number is not None]
    verdicts: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    repeats: Counter[int] = Counter()
    for verdict, code, earlier, rows, *_ in found:
        verdicts[verdict] += rows
        if code:
            codes[code] += rows
        if earlier:
            repeats[earlier] += rows
    return Tally(
        dict(verdicts),
        sum(shared for *_, shared, _, _ in found),
        min(firsts, default=None),
        dict(codes),
        dict(repeats),
        sum(rows for verdict, _, one, rows, *_ in found if one and verdict == Verdict.OK),
        sum(apart for verdict, *_, apart in found if verdict == Verdict.OK),
    )

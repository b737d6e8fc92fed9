"""Who is one person with somebody whom nobody may contact. Pure.

Of rows of one person the most restrictive counts: nobody is contacted by another row of the file.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from imports.columns import bars
from imports.columns.bars import Bar
from imports.models import Gathering, Verdict
from imports.review.melting import Key, Tied
from imports.review.twins import Fate

_WHAT: Final = {Gathering.Kind.EMAIL.value: "e-mail", Gathering.Kind.PHONE.value: "phone"}
_Said = tuple[Bar, int]  # what a row says, and its number


def fates(rows: Sequence[Tied]) -> Iterator[Fate]:
    """Exclude all rows of one person if one of them says that nobody may contact it."""
    said = [(row.bar, row.number) for row in rows if row.bar]
    if not said:
        return
    said.sort(key=_severity)
    by_key: dict[Key, _Said] = {}
    of_number = {row.number: row for row in rows}
    for bar, number in reversed(said):
        by_key.update(dict.fromkeys(of_number[number].known_by(), (bar, number)))
    for row in rows:
        if row.bar is None:
            yield _fate(row, by_key, said[0])


def _severity(said: _Said) -> tuple[int, int]:
    bar, number = said
    return bars.CODES.index(bar.code), number


def _fate(row: Tied, by_key: dict[Key, _Said], strictest: _Said) -> Fate:
    beside = [(by_key[key], key[0]) for key in row.known_by() if key in by_key]
    (bar, number), kind = min(beside, key=lambda one: _severity(one[0]), default=(strictest, ""))
    if kind and bar.code == strictest[0].code:
        how = f"Has the same {_WHAT[kind]} as row {number:,}"
    else:
        (bar, number), how = strictest, "By other rows in between of one person with row "
        how = f"{how}{number:,}"
    reason = f"{how}, of which this holds: {bar.why}"
    return Fate(row.number, Verdict.EXCLUDED.value, bar.code, reason)

"""The facts of a file for its findings: what reading and checking have stored already."""

from collections.abc import Sequence

from django.db.models import Min, Sum

from imports.columns import chunks, derive, headers, review, sensitive, tally
from imports.columns.findings import Facts, Masked
from imports.columns.review import EVERY_ROW, ProblemGroup
from imports.columns.tally import Tally
from imports.models import (
    Chunk,
    Duplicates,
    Gathering,
    Import,
    ImportState,
    Origin,
    Row,
    Verdict,
)

NEAR = 5_000  # the rows among which a blank one is looked for: no page walks through all


def of_first_rows(lead_import: Import) -> Facts:
    """The facts by the rows that are checked first, some thousand: quick, however large the file.

    Of a smaller file these are all of its rows. Nothing is said of rows before they are checked.
    """
    cut = Chunk.objects.filter(mapping=lead_import.mapping_id).order_by("first")
    first, *others = cut[:2] or [None]
    if first is None or first.done_at is None:
        return _facts(lead_import, (), 0, tally.NONE)
    numbers = (first.first, first.last)
    groups = review.problem_groups(lead_import, between=numbers)
    looked_at = chunks.CHUNK if others else lead_import.row_count
    # Before all rows are checked there is no verdict, nor any mark of those that share.
    is_judged = lead_import.state == ImportState.REVIEW
    leads = tally.of(lead_import, between=numbers) if is_judged else tally.NONE
    return _facts(lead_import, groups, looked_at, leads, numbers)


def of_every_row(lead_import: Import, groups: Sequence[ProblemGroup], leads: Tally) -> Facts:
    """The exact facts of a file that is checked; the page has counted all of it already."""
    return _facts(lead_import, groups, lead_import.row_count, leads)


def _facts(
    lead_import: Import,
    groups: Sequence[ProblemGroup],
    looked_at: int,
    leads: Tally,
    between: tuple[int, int] = EVERY_ROW,
) -> Facts:
    is_file = lead_import.origin == Origin.FILE
    melting, first_melting = _gathered(lead_import, ("melts",), between)
    twice, first_twice = _gathered(lead_import, ("differs", "identical"), between)
    return Facts(
        rows=lead_import.row_count,
        blank=lead_import.blank_count,
        first_blank=_first_blank(lead_import),
        rows_above=max(lead_import.dialect.get("header_row", 0) - 1, 0) if is_file else 0,
        masked=[Masked(c.name, c.label) for c in sensitive.of(lead_import) if not c.is_kept],
        columns=derive.mapping_of(lead_import).columns if lead_import.mapping else (),
        names=headers.names(lead_import.headers),
        groups=groups,
        twice=max(twice, leads.shared),
        first_twice=min(filter(None, (first_twice, leads.first_shared)), default=None),
        melting=melting,
        first_melting=first_melting,
        duplicates=Duplicates(lead_import.duplicates),
        unchanged=leads.verdicts.get(Verdict.UNCHANGED, 0),
        looked_at=looked_at,
    )


def _gathered(
    lead_import: Import, about: Sequence[str], between: tuple[int, int]
) -> tuple[int, int | None]:
    """How many rows are in groups that begin in these rows, and the first; none before judging."""
    if lead_import.state != ImportState.REVIEW:
        return 0, None
    found = Gathering.objects.filter(lead_import=lead_import, about__in=about, first__range=between)
    summed = found.aggregate(rows=Sum("size"), row=Min("first"))
    return summed["rows"] or 0, summed["row"]


def _first_blank(lead_import: Import) -> int | None:
    if not lead_import.blank_count:
        return None
    near = Row.objects.filter(lead_import=lead_import, number__lte=NEAR)
    blank = near.filter(cells=[]).order_by("number")
    return blank.values_list("number", flat=True).first()

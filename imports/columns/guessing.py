"""The mapping that is guessed for a sheet, before memory and persons have their say."""

from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import replace

from imports.columns import changes, countries, match
from imports.columns.changes import Change
from imports.columns.mapping import ColumnMap, Mapping, with_masked
from imports.columns.match import Guess


def proposed(
    header_row: Sequence[str],
    samples: Sequence[Sequence[str]],
    masked: MappingType[int, str],
    region: str,
) -> Mapping:
    """The mapping that is guessed for a sheet of which the columns of these indexes are masked.

    `region` (such as "US") tells which numbers are phones.
    """
    guesses = match.propose(header_row, samples, left_out=masked, region=region)
    guessed = with_masked(from_guesses(guesses), masked)
    columns = tuple(_turned(column, samples) for column in guessed.columns)
    return replace(guessed, columns=columns, country=_country(guessed, samples))


def _country(guessed: Mapping, samples: Sequence[Sequence[str]]) -> int | None:
    """The column that tells each row's country, where there are phones that need one."""
    if not any(column.target == "contact_phone" for column in guessed.columns):
        return None
    for column in guessed.columns:
        cells = (row[column.index] for row in samples if len(row) > column.index)
        if not column.masked and countries.is_column(column.header, cells):
            return column.index
    return None


def _turned(column: ColumnMap, samples: Sequence[Sequence[str]]) -> ColumnMap:
    """A column of whole names has them turned where most are "Last, First"."""
    if column.target != "contact_name":
        return column
    cells = (row[column.index] for row in samples if len(row) > column.index)
    if not changes.most_are_turned(cells):
        return column
    reason = f"{column.reason}; most are “Last, First”, and are turned"
    return replace(column, changes=(Change("turn"),), reason=reason)


def from_guesses(guesses: Sequence[Guess]) -> Mapping:
    """The mapping that takes every guess as it is; unknown columns are left out, and so are phones
    that are merely possible.
    """
    return Mapping(
        tuple(
            ColumnMap(
                index=guess.index,
                header=guess.header,
                target=guess.target,
                values=guess.values,
                reason=guess.reason,
                confidence=guess.confidence,
                wanted=guess.wanted,
            )
            for guess in guesses
        ),
        possible="leave_out",
    )

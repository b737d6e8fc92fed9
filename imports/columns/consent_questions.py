"""What a person is asked about the columns that say who may be contacted, with guesses."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from imports.columns import consent_marks, consent_words, values
from imports.columns.consent import Consent, Others
from imports.columns.mapping import ColumnMap, Mapping, fold_cell
from imports.models import ColumnProfile, Import

BLANK: Final = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of the column ("": a blank cell), its count of rows if known, and what it may say:
    the answer that it has, else a guess.
    """

    text: str
    count: int | None
    said: str


@dataclass(frozen=True, slots=True)
class Question:
    """One column. `others` is what any other cell says; None where all its values are listed."""

    column: ColumnMap
    name: str
    cells: list[Cell]
    others: Others | None
    says_nothing: bool

    @property
    def forbidden(self) -> int:
        """How many rows are kept back as it is guessed."""
        return sum(cell.count or 0 for cell in self.cells if cell.said == "forbids")


def of(lead_import: Import, made: Mapping, besides: Collection[int] = ()) -> list[Question]:
    """The questions about the marked columns, and about those at the places `besides`."""
    asked = [one for one in made.columns if one.consent or one.index in besides]
    places = [column.index for column in asked]
    found = values.of_columns(lead_import, places)
    counted = ColumnProfile.objects.filter(lead_import=lead_import, place__in=places)
    profiles = {one.place: one for one in counted}
    return [
        _question(one, made.names[one.index], found[one.index], profiles.get(one.index))
        for one in asked
    ]


def _question(
    column: ColumnMap, name: str, found: values.Found, profile: ColumnProfile | None
) -> Question:
    known = column.consent or Consent()
    is_whole = profile is not None and consent_marks.cells_of(found, profile) is not None
    is_whole = is_whole and not column.masked
    listed: list[tuple[str, int | None]] = (
        [] if column.masked else [*found.listed[: consent_marks.MOST]]
    )
    if profile is None or profile.rows > profile.filled:
        listed.append((BLANK, profile.rows - profile.filled if profile else None))
    way = consent_words.way_of(column.header)
    answers = _answers(known)
    cells = [
        Cell(text, count, answers.get(fold_cell(text)) or consent_words.guess(text, way))
        for text, count in listed
    ]
    others: Others = known.others or consent_words.of_others(way)
    return Question(column, name, cells, None if is_whole else others, known.says_nothing)


def _answers(known: Consent) -> dict[str, str]:
    if known.says_nothing:
        return {}
    answers = {fold_cell(cell): "allows" for cell in known.allows}
    return answers | {fold_cell(cell): "forbids" for cell in known.forbids}

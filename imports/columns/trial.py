"""What would become of a few cells: shown while somebody chooses what is done to them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from imports.columns import changes, check, fields, typed
from imports.columns.mapping import ColumnMap, Mapping
from imports.columns.vocabulary import NONE, Words
from imports.models import Word

MOST = 8  # examples


@dataclass(frozen=True, slots=True)
class Example:
    """Cells of one row, what their changes make of them ("" where they make none), what is sent
    of them (label and value), and what there is to say.
    """

    cells: list[str]
    changed: str
    sent: list[tuple[str, str]]
    problems: list[str]


def of_column(
    mapping: Mapping,
    index: int,
    rows: Iterable[Sequence[str]],
    region: str,
    words: Words = NONE,
) -> list[Example]:
    """What becomes of different cells of one column, and of a blank one where something is sent for
    it. BadMapping when that cannot be. Owners whom `words` know are named.
    """
    column = mapping.columns[index]
    only = _only(mapping, column)
    checker = check.compile_mapping(only, region)
    change = changes.made(column.changes)
    cells = [*islice(_different(rows, [index]), MOST)]
    cells += [[""] * len(mapping.columns)] if only.constants else []
    return [
        _example(checker, row, [row[index]], change(row[index]) if change else "", words)
        for row in cells
    ]


def of_joins(
    mapping: Mapping, places: Sequence[int], rows: Iterable[Sequence[str]], region: str
) -> list[Example]:
    """What the templates, which name the columns at these places, make of different rows."""
    columns = tuple(
        replace(column, target=None, split=None, others="", values={}) for column in mapping.columns
    )
    made = replace(mapping, columns=columns, constants={})
    checker = check.compile_mapping(made, region)
    different = islice(_different(rows, places), MOST)
    return [_example(checker, row, [row[place] for place in places], "") for row in different]


def _only(mapping: Mapping, wanted: ColumnMap) -> Mapping:
    columns = (
        wanted if column.index == wanted.index else ColumnMap(column.index, column.header, None)
        for column in mapping.columns
    )
    default = {name: value for name, value in mapping.constants.items() if name == wanted.target}
    return replace(mapping, columns=tuple(columns), constants=default, joins={})


def _different(rows: Iterable[Sequence[str]], places: Sequence[int]) -> Iterator[list[str]]:
    """Rows of which these cells are not blank and were not seen before; none is too short."""
    seen = set()
    for row in rows:
        cells = [row[place] if place < len(row) else "" for place in places]
        if any(cell.strip() for cell in cells) and (signed := tuple(cells)) not in seen:
            seen.add(signed)
            yield [*row, *[""] * (max(places, default=0) + 1 - len(row))]


def _example(
    checker: check.Checker,
    row: Sequence[str],
    cells: list[str],
    changed: str,
    words: Words = NONE,
) -> Example:
    checked = checker.check(0, row)
    said = [problem.sentence for problem in checked.problems if problem.code != "no_contact"]
    return Example(cells, changed, list(_sent(checked.lead, words)), said)


def _sent(lead: check.Lead, words: Words) -> Iterator[tuple[str, str]]:
    for name, value in lead.items():
        if isinstance(value, dict):
            for slug, sent in value.items():
                yield fields.label(fields.CUSTOM + slug), typed.said(sent)
        else:
            owner = words.find(Word.Kind.OWNER, value) if name == "owner_id" else None
            yield fields.label(name), f"{owner.name} ({value})" if owner and owner.name else value

"""What becomes of each column: the mapping of one sheet."""

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field, replace
from typing import Any, Self, get_args

from rapidfuzz import process

from imports.columns import choices, clean, fields, formats, headers, match
from imports.columns.match import Confidence, Guess
from imports.errors import BadMapping
from imports.intake.sensitive.kinds import label
from portal import characters


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """One column: its position, its header as in the sheet, and the field that it feeds, if any.

    `values` says what cells mean ("New" → "new_lead"; compared by `fold_cell`; "" leaves the cell
    out). `wanted` is the field that the column would feed if a better column did not. `looks` is
    what all its cells say about their dates or numbers, `read_as` how a custom field reads them.
    `masked` is the kind of a sensitive column whose cells are masked: it can feed no field.
    """

    index: int
    header: str
    target: str | None
    values: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    confidence: Confidence = "none"
    wanted: str | None = None
    looks: formats.Looks = ""
    read_as: formats.ReadAs = ""
    masked: str = ""

    @property
    def is_open(self) -> bool:
        """Whether a person must say how the dates or numbers of a custom field are written."""
        asks = self.looks in formats.CHOICES and not self.read_as
        return asks and (self.target or "").startswith(fields.CUSTOM)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Every column of the sheet in order, and the fields' values for rows that bring none."""

    columns: tuple[ColumnMap, ...]
    constants: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The columns' unique names (see headers.names)."""
        return headers.names([column.header for column in self.columns])

    def to_json(self) -> dict[str, Any]:
        """For jsonb; `from_json` reads it back."""
        return {
            "columns": [
                {
                    "index": column.index,
                    "header": column.header,
                    "target": column.target,
                    "values": column.values,
                    "reason": column.reason,
                    "confidence": column.confidence,
                    "wanted": column.wanted,
                    "looks": column.looks,
                    "read_as": column.read_as,
                    "masked": column.masked,
                }
                for column in self.columns
            ],
            "constants": self.constants,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """The mapping that `to_json` wrote. BadMapping when it did not."""
        try:
            columns = tuple(ColumnMap(**column) for column in stored["columns"])
            constants = dict(stored["constants"])
        except (KeyError, TypeError, ValueError) as error:
            raise BadMapping("The stored mapping cannot be read; map the columns again.") from error
        if any(column.confidence not in get_args(Confidence) for column in columns):
            raise BadMapping("The stored mapping cannot be read; map the columns again.")
        return cls(columns, constants)


def proposed(
    header_row: Sequence[str],
    samples: Sequence[Sequence[str]],
    masked: MappingType[int, str],
) -> Mapping:
    """The mapping that is guessed for a sheet of which the columns of these indexes are masked."""
    guesses = match.propose(header_row, samples, left_out=masked)
    return with_masked(from_guesses(guesses), masked)


def from_guesses(guesses: Sequence[Guess]) -> Mapping:
    """The mapping that takes every guess as it is; unknown columns are left out."""
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
        )
    )


def fold_cell(cell: str) -> str:
    """The form under which a cell is looked up in `values`.

    Case, spacing and what cannot be seen do not count.
    """
    return characters.bare(clean.one_line(cell)).casefold()


def check(mapping: Mapping) -> list[str]:
    """A sentence for everything that keeps the mapping from being used; empty when it is fine."""
    sentences = list(defects(mapping))
    contacts = {*fields.CONTACTS, *fields.NAME_PARTS}
    if not any(column.target in contacts for column in mapping.columns):
        sentences.append(
            "No column is a name, a phone or an e-mail: map at least one, as MEGA takes no lead"
            " without."
        )
    return sentences + list(questions(mapping))


def questions(mapping: Mapping) -> Iterator[str]:
    """A sentence for each column whose dates or numbers can be read in two ways."""
    for column, name in zip(mapping.columns, mapping.names, strict=True):
        if column.is_open and column.looks == "date":
            yield (
                f"Column '{name}': its dates may have the day or the month first (03/04/2025 is 3"
                " April or March 4). Say on the columns page which."
            )
        elif column.is_open:
            yield (
                f"Column '{name}': its numbers may have a decimal point or comma (1.234 is over a"
                " thousand or little more than one). Say on the columns page which."
            )


def defects(mapping: Mapping) -> Iterator[str]:
    """A sentence for each field, value or constant that cannot be."""
    uses = Counter(column.target for column in mapping.columns if column.target)
    for column, name in zip(mapping.columns, mapping.names, strict=True):
        if column.target is None:
            continue
        if column.masked:
            yield f"Column '{name}': {masked_reason(column.masked)}"
        if fields.find(column.target) is None:
            yield f"Column '{name}': {no_such_field(column.target)}"
        else:
            yield from _bad_values(column, name)
    for target, count in uses.items():
        if count > 1:
            yield _used_twice(mapping, target)
    for target, value in mapping.constants.items():
        if sentence := bad_constant(target, value):
            yield f"Constant '{target}': {sentence}"


def refuse_defects(mapping: Mapping) -> None:
    """BadMapping with the first of the defects, if there is any."""
    for sentence in defects(mapping):
        raise BadMapping(sentence)


def masked_reason(kind: str) -> str:
    """Why a masked column can become nothing, and who can change that."""
    return (
        f"it holds sensitive data ({label(kind)}) and is masked, so it cannot be imported. A"
        " manager of the team can keep it, on the file's page of the import."
    )


def with_masked(mapping: Mapping, kinds: MappingType[int, str]) -> Mapping:
    """The mapping of a sheet whose columns of these indexes are masked: they feed no field."""
    columns = tuple(_as_masked(column, kinds.get(column.index, "")) for column in mapping.columns)
    return Mapping(columns, mapping.constants)


def _as_masked(column: ColumnMap, kind: str) -> ColumnMap:
    if not kind:
        return replace(column, masked="") if column.masked else column
    return ColumnMap(
        column.index, column.header, None, reason=f"masked: {label(kind)}", masked=kind
    )


def no_such_field(target: str) -> str:
    """Why the target is none, and the one that is nearest to it."""
    if target.startswith(fields.CUSTOM):
        slug = target.removeprefix(fields.CUSTOM)
        if fields.is_reserved(slug):
            return f"'{target}' is reserved by MEGA; use '{slug.lower()}', or choose another slug."
        return (
            f"'{target}' is no custom field; after the dot come letters, digits, - and _, up to 64,"
            f" such as '{fields.CUSTOM}{fields.custom_slug(slug)}'."
        )
    near = process.extractOne(target, fields.BY_NAME.keys(), score_cutoff=60)
    advice = f"did you mean '{near[0]}'?" if near else f"use one of {', '.join(fields.BY_NAME)}"
    end = "" if near else f", or {fields.CUSTOM}<slug>."
    return f"there is no lead field '{target}'; {advice}{end}"


def bad_constant(target: str, value: str) -> str | None:
    """Why the field cannot have this value in every row, or None."""
    found = fields.find(target)
    if found is None:
        return no_such_field(target)
    if not found.can_be_constant:
        return "one contact for all rows would merge them into one lead; map a column instead."
    return bad_value(target, value)


def bad_value(target: str, value: str) -> str | None:
    """Why the value is none of the field's, or None."""
    found = fields.find(target)
    if found and found.kind == "choice" and not choices.recognise(target, value):
        return f"'{value}' is none of MEGA's values; use one of {', '.join(found.values)}."
    if found and found.kind == "uuid" and not clean.read_uuid(value).value:
        return f"'{value}' is not a UUID; use the team member's id in MEGA."
    if not clean.visible(value):
        return "the value is empty; leave it away instead."
    return None


def _bad_values(column: ColumnMap, name: str) -> Iterator[str]:
    for cell, value in column.values.items():
        if value and column.target and (sentence := bad_value(column.target, value)):
            yield f"Column '{name}', value for '{cell}': {sentence}"


def _used_twice(mapping: Mapping, target: str) -> str:
    users = [
        f"'{name}'"
        for column, name in zip(mapping.columns, mapping.names, strict=True)
        if column.target == target
    ]
    return f"Columns {' and '.join(users)} both feed {target}: choose one of them."

"""What becomes of each column: the mapping of one sheet."""

from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, Self, get_args

from imports.columns import clean, fields, formats, headers
from imports.columns.changes import Change
from imports.columns.consent import Consent
from imports.columns.match import Confidence
from imports.columns.placeholders import USUAL, Words
from imports.columns.rules import NO_COLUMNS, RuleColumns
from imports.columns.sources import Split
from imports.errors import BadMapping
from imports.intake.sensitive.kinds import label
from portal import characters

Possible = Literal["", "leave_out", "send"]
POSSIBLE: Final[dict[Possible, str]] = {
    "leave_out": "leave them out",
    "send": "send them as they are",
}
"""What becomes of phones that are merely possible: of the right length, but in no known range."""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """One column: its position, its header as in the sheet, and the field that it feeds, if any.

    `values` says what cells mean ("New" → "new_lead"; compared by `fold_cell`; "" leaves the cell
    out). `wanted` is the field that the column would feed if a better column did not. `looks` is
    what all its cells say about their dates or numbers, `read_as` how a custom field reads them.
    `masked` is the kind of a sensitive column whose cells are masked: it can feed no field.
    `changes` are made to its cells before anything else; with a `split`, `target` is the field of
    a cell's first part. `others` is the custom field of the phones or e-mails that stay behind
    where a cell holds several, "" where they are only told. `consent` is there where the column
    says who must not be contacted, or may; it goes by the cells as they stand, whatever they feed.
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
    changes: tuple[Change, ...] = ()
    split: Split | None = None
    others: str = ""
    consent: Consent | None = None

    @property
    def is_open(self) -> bool:
        """Whether a person must say how the dates or numbers of a custom field are written."""
        asks = self.looks in formats.CHOICES and not self.read_as and self.split is None
        return asks and (self.target or "").startswith(fields.CUSTOM)

    @property
    def is_formatted(self) -> bool:
        """Whether its cells are read as dates, numbers, or yes or no."""
        is_custom = (self.target or "").startswith(fields.CUSTOM)
        return is_custom and self.read_as not in ("", "text")

    @property
    def targets(self) -> list[str]:
        """The fields that the column, or a part of its cells, feeds."""
        parts = (self.target, *(self.split.targets if self.split else ()), self.others)
        return [target for target in parts if target]

    @property
    def means(self) -> dict[str, str]:
        """`values` by the form under which cells are looked up in it."""
        return {fold_cell(cell): value for cell, value in self.values.items()}

    @property
    def is_shaped(self) -> bool:
        """Whether its cells do not go to a field as they are."""
        return bool(self.changes or self.split or self.others)

    def as_in(self, other: Self, reason: str, confidence: Confidence) -> Self:
        """The column becoming what another one becomes; how its cells are written stays its own."""
        return replace(
            self,
            target=other.target,
            values={**other.values},
            changes=other.changes,
            split=other.split,
            others=other.others,
            reason=reason,
            confidence=confidence,
            wanted=None,
        )

    def left_out(self, reason: str) -> Self:
        """The column feeding no field; it can still be joined, and its cells changed for that."""
        plain = replace(self, target=None, split=None, others="", values={})
        return replace(plain, reason=reason, confidence="none")

    def to_json(self) -> dict[str, Any]:
        """For jsonb; `from_json` reads it back.

        What is newer than the former release is there only where it is used, so that this release's
        plain mappings can be read by that one.
        """
        stored: dict[str, Any] = {
            "index": self.index,
            "header": self.header,
            "target": self.target,
            "values": self.values,
            "reason": self.reason,
            "confidence": self.confidence,
            "wanted": self.wanted,
            "looks": self.looks,
            "read_as": self.read_as,
            "masked": self.masked,
        }
        if self.changes:
            stored["changes"] = [change.to_json() for change in self.changes]
        if self.split:
            stored["split"] = self.split.to_json()
        if self.others:
            stored["others"] = self.others
        if self.consent:
            stored["consent"] = self.consent.to_json()
        return stored

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """The column that `to_json` wrote; TypeError, ValueError or KeyError when it did not."""
        made = tuple(Change(*one) for one in stored.get("changes", ()))
        split = Split.from_json(stored["split"]) if "split" in stored else None
        consent = Consent.from_json(stored["consent"]) if "consent" in stored else None
        return cls(**{**stored, "changes": made, "split": split, "consent": consent})


@dataclass(frozen=True, slots=True)
class Mapping:
    """Every column of the sheet in order, and the fields' values for rows that bring none.

    `joins` are fields that are made of several columns: each with its template (see `sources`).
    Phones without a country code are read by the country in the column with the index `country`,
    else as in `region`, else as in the customer's. `possible` is one of POSSIBLE, or "" in mappings
    that are older than the choice: such phones were sent. `words` are read as blank in contacts;
    by the columns in `rules` the customer's rules are judged.
    """

    columns: tuple[ColumnMap, ...]
    constants: dict[str, str] = field(default_factory=dict)
    joins: dict[str, str] = field(default_factory=dict)
    country: int | None = None
    region: str = ""
    possible: Possible = ""
    words: Words = USUAL
    rules: RuleColumns = NO_COLUMNS

    @property
    def sends_possible(self) -> bool:
        """Whether phones that are merely possible are sent."""
        return self.possible != "leave_out"

    @property
    def names(self) -> list[str]:
        """The columns' unique names (see headers.names)."""
        return headers.names([column.header for column in self.columns])

    @property
    def by_heading(self) -> dict[str, ColumnMap]:
        """The columns that are known by their folded heading (see headers.single), in order."""
        known = headers.single(column.header for column in self.columns)
        return {heading: self.columns[place] for heading, place in known.items()}

    @property
    def targets(self) -> list[str]:
        """All fields that a row can get, whatever feeds them, each once: columns' come first."""
        fed = (target for column in self.columns for target in column.targets)
        return list(dict.fromkeys([*fed, *self.joins, *self.constants]))

    def to_json(self) -> dict[str, Any]:
        """For jsonb; `from_json` reads it back (see `ColumnMap.to_json`)."""
        stored: dict[str, Any] = {
            "columns": [column.to_json() for column in self.columns],
            "constants": self.constants,
        }
        if self.joins:
            stored["joins"] = self.joins
        if self.country is not None:
            stored["country"] = self.country
        if self.region:
            stored["region"] = self.region
        if self.possible:
            stored["possible_phones"] = self.possible
        if self.words != USUAL:
            stored["blank_words"] = self.words.to_json()
        if self.rules != NO_COLUMNS:
            stored["rules"] = self.rules.to_json()
        return stored

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """The mapping that `to_json` wrote. BadMapping when it did not."""
        try:
            columns = tuple(ColumnMap.from_json(column) for column in stored["columns"])
            constants, joins = dict(stored["constants"]), dict(stored.get("joins", {}))
            words = Words.from_json(stored["blank_words"]) if "blank_words" in stored else USUAL
            rules = RuleColumns(**stored.get("rules", {}))
        except (KeyError, TypeError, ValueError) as error:
            raise BadMapping("The stored mapping cannot be read; map the columns again.") from error
        if any(column.confidence not in get_args(Confidence) for column in columns):
            raise BadMapping("The stored mapping cannot be read; map the columns again.")
        return cls(
            columns,
            constants,
            joins,
            stored.get("country"),
            stored.get("region", ""),
            stored.get("possible_phones", ""),
            words,
            rules,
        )


def fed(columns: Iterable[ColumnMap]) -> set[str]:
    """All fields that these columns feed."""
    return {target for column in columns for target in column.targets}


def fold_cell(cell: str) -> str:
    """The form under which a cell is looked up in `values`.

    Case, spacing and what cannot be seen do not count.
    """
    return characters.bare(clean.one_line(cell)).casefold()


def masked_reason(kind: str) -> str:
    """Why a masked column can become nothing, and who can change that."""
    return (
        f"it holds sensitive data ({label(kind)}) and is masked, so it cannot be imported. A"
        " manager of the team can keep it, on the file's page of the import."
    )


def with_masked(mapping: Mapping, kinds: MappingType[int, str]) -> Mapping:
    """The mapping of a sheet whose columns of these indexes are masked: they feed no field."""
    columns = tuple(_as_masked(column, kinds.get(column.index, "")) for column in mapping.columns)
    return replace(mapping, columns=columns)


def _as_masked(column: ColumnMap, kind: str) -> ColumnMap:
    if not kind:
        return replace(column, masked="") if column.masked else column
    return ColumnMap(
        column.index,
        column.header,
        None,
        reason=f"masked: {label(kind)}",
        masked=kind,
        consent=column.consent,
    )

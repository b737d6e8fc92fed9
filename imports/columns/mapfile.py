"""Mapping files, as people and scripts write them.

`{"columns": {"<header>": "<field>" | {"field": "…", "values": {"<cell>": "<value>"},
"read_as": "dmy" | "mdy" | "comma" | "point" | "text", "changes": […], "split": {…},
"consent": {"forbids": ["<cell>"], "allows": ["<cell>"], "others": "unclear"} | "nothing"} | null},
"joins": {"<field>": "{<header>} {<header>}"}, "constants": {"<field>": "<value>"},
"country": "<header>" | null, "region": "DE", "possible_phones": "leave_out" | "send",
"blank_words": {"add": ["<cell>"], "remove": ["<cell>"]}, "rules": {"birth": "<header>"}}` (changes
and splits: see `shape_file`, words: `placeholders`, rules: `rules.COLUMNS`). Columns that the file
leaves out stay as they were matched.
"""

import json
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingType
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from rapidfuzz import process

from imports.columns import defects, fields, formats, headers, reading_file, shape_file
from imports.columns.changes import Change
from imports.columns.consent import Consent
from imports.columns.mapping import ColumnMap, Mapping, Possible, fed
from imports.columns.placeholders import Words
from imports.columns.sources import Split
from imports.errors import BadMapping
from portal import characters

_LARGEST = 1_000_000  # bytes
_CHOSEN = "chosen in the mapping file"
_PARTS = ("columns", "joins", "constants", "country", "region", "possible_phones",
          "blank_words", "rules")  # fmt: skip
_OF_A_COLUMN = ("field", "values", "read_as", "changes", "split", "others", "consent")
_SHAPE = 'a mapping file is {"columns": {"<header>": "<field>"}, "constants": {…}}'


class _Choice(NamedTuple):
    target: str | None
    values: dict[str, str]
    read_as: formats.ReadAs | None = None
    changes: tuple[Change, ...] = ()
    split: Split | None = None
    others: str = ""
    consent: Consent | None = None

    @property
    def targets(self) -> list[str]:
        """The fields that the column, or a part of its cells, feeds."""
        return _shaped(ColumnMap(0, "", None), self).targets


def load_mapping_file(source: Path | str) -> object:
    """The JSON of a file (a Path) or a text; BadMapping when it cannot be read or is none."""
    where = f"The mapping file {source.name}" if isinstance(source, Path) else "The mapping"
    text = _text(source, where) if isinstance(source, Path) else source
    try:
        return json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise BadMapping(
            f"{where} is not JSON: {error.msg} in line {error.lineno}, column {error.colno};"
            f" {_SHAPE}."
        ) from error
    except RecursionError as error:
        raise BadMapping(f"{where} is nested too deeply; {_SHAPE}.") from error


def apply_file(mapping: Mapping, data: object) -> Mapping:
    """The mapping with the file's decisions in it; BadMapping names the first thing wrong."""
    parts = _object(data, "The mapping")
    if unknown := [key for key in parts if key not in _PARTS]:
        raise BadMapping(f"The mapping has an unknown part '{unknown[0]}'; {_SHAPE}.")
    chosen = _choices(mapping, _object(parts.get("columns", {}), "'columns'"))
    constants = _texts(parts.get("constants", {}), "'constants'")
    joins = _texts(parts.get("joins", {}), "'joins'")
    decided = Mapping(
        _decide(mapping, chosen, joins),
        {**mapping.constants, **constants},
        {**mapping.joins, **joins},
        _country(mapping, parts),
        _region(mapping, parts),
        _possible(mapping, parts),
        _words(mapping, parts),
        reading_file.read_rules(
            mapping.rules, parts.get("rules", {}), partial(find_column, mapping)
        ),
    )
    defects.refuse(decided)
    return decided


def _country(mapping: Mapping, parts: MappingType[str, object]) -> int | None:
    header = parts.get("country", "")
    if header is None or header == "":
        return mapping.country if header == "" else None
    if not isinstance(header, str):
        raise BadMapping("'country' is the heading of the column that tells it, or null.")
    return find_column(mapping, header)


def _region(mapping: Mapping, parts: MappingType[str, object]) -> str:
    region = parts.get("region", mapping.region)
    if not isinstance(region, str):
        raise BadMapping("'region' is a country's two letters, such as US, GB or DE.")
    return region.upper()


def _possible(mapping: Mapping, parts: MappingType[str, object]) -> Possible:
    known = parts.get("possible_phones")
    return mapping.possible if "possible_phones" not in parts else reading_file.read_possible(known)


def _words(mapping: Mapping, parts: MappingType[str, object]) -> Words:
    known = parts.get("blank_words")
    return mapping.words if "blank_words" not in parts else reading_file.read_words(known)


def find_column(mapping: Mapping, header: str) -> int:
    """The position of the column that a person calls so; BadMapping when none or several are."""
    names = mapping.names
    if header in names:
        return names.index(header)
    folded = _fold(header)
    found = [i for i, name in enumerate(names) if _fold(name) == folded]
    doubled = [n for n, c in zip(names, mapping.columns, strict=True) if _fold(c.header) == folded]
    if len(found) == 1:
        return found[0]
    if doubled and folded:
        calls = " or ".join(f"'{name}'" for name in doubled)
        raise BadMapping(f"The sheet has {len(doubled)} columns '{header}': say {calls}.")
    raise BadMapping(_no_such_column(header, names))


def _text(path: Path, where: str) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise BadMapping(f"{where} is over one megabyte, which no mapping is; {_SHAPE}.")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadMapping(f"{where} cannot be read: {error.strerror}; check its path.") from error
    except ValueError as error:
        raise BadMapping(f"{where} is not UTF-8 text; save it as UTF-8.") from error


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """JSON lets a name stand twice and keeps the last; a person would not notice."""
    result: dict[str, object] = {}
    for key, value in pairs:
        if key in result:
            raise BadMapping(f"The mapping names '{key}' twice in one place: keep one of them.")
        result[key] = value
    return result


def _choices(mapping: Mapping, columns: MappingType[str, object]) -> dict[int, _Choice]:
    chosen: dict[int, _Choice] = {}
    for header, value in columns.items():
        index = find_column(mapping, header)
        if index in chosen:
            raise BadMapping(f"The mapping names the column '{header}' twice: keep one of them.")
        chosen[index] = _choice(header, value)
    return chosen


def _choice(header: str, value: object) -> _Choice:
    if value is None or isinstance(value, str):
        return _Choice(value, {})
    where = f"Column '{header}'"
    if not isinstance(value, dict):
        raise BadMapping(
            f'{where}: expected a field\'s name, null, or {{"field": …, "values": {{…}}}}.'
        )
    if unknown := [key for key in value if key not in _OF_A_COLUMN]:
        listed = "', '".join(_OF_A_COLUMN)
        raise BadMapping(f"{where} has an unknown part '{unknown[0]}'; use '{listed}'.")
    values = _texts(value.get("values", {}), f"{where}, 'values'")
    read_as = _read_as(value.get("read_as"), where)
    changes = shape_file.read_changes(value.get("changes"), where)
    consent = reading_file.read_consent(value.get("consent"), where)
    others = value.get("others", "")
    if not isinstance(others, str):
        raise BadMapping(f"{where}: 'others' is a custom field, such as 'custom_fields.phone_2'.")
    if "split" not in value:
        target = _field(value, where)
        return _Choice(target, values, read_as, changes, None, others, consent)
    if "field" in value:
        raise BadMapping(f"{where}: with 'split' the fields stand there; leave 'field' away.")
    target, split = shape_file.read_split(value["split"], where)
    return _Choice(target, values, read_as, changes, split, others, consent)


def _field(value: dict[str, object], where: str) -> str | None:
    """A column that is only joined, or says only whom to contact, has no field of its own: null."""
    target = value.get("field")
    is_joined = target is None and "field" in value and "changes" in value
    is_bare = target is None and "consent" in value
    if not isinstance(target, str) and not (is_joined or is_bare):
        raise BadMapping(f"{where}: 'field' must be the name of a lead field.")
    return target if isinstance(target, str) else None


def _read_as(value: object, where: str) -> formats.ReadAs | None:
    found = next((known for known in formats.WORDS if known == value), None)
    if value is not None and found is None:
        known = ", ".join(f"'{word}' ({said})" for word, said in formats.WORDS.items())
        raise BadMapping(f"{where}: 'read_as' must be one of {known}.")
    return found


def _decide(
    mapping: Mapping, chosen: MappingType[int, _Choice], joins: MappingType[str, str]
) -> tuple[ColumnMap, ...]:
    """The file's choices, and automatic ones that neither fight them nor leave a field unused."""
    taken = {target: f"the template '{template}'" for target, template in joins.items()}
    for index, choice in chosen.items():
        taken |= dict.fromkeys(choice.targets, f"column {headers.letter(index)}")
    columns = [
        _chosen(column, chosen[index]) if index in chosen else _yielding(column, taken)
        for index, column in enumerate(mapping.columns)
    ]
    return _refilled(columns, joins)


def _chosen(column: ColumnMap, choice: _Choice) -> ColumnMap:
    column = replace(_shaped(column, choice), values=choice.values, wanted=None)
    consent = choice.consent or column.consent
    column = replace(column, read_as=choice.read_as or column.read_as, consent=consent)
    return replace(column, reason=_CHOSEN, confidence="chosen")


def _shaped(column: ColumnMap, choice: _Choice) -> ColumnMap:
    return replace(
        column,
        target=choice.target,
        changes=choice.changes,
        split=choice.split,
        others=choice.others,
    )


def _yielding(column: ColumnMap, taken: MappingType[str, str]) -> ColumnMap:
    for target in [claim for own in column.targets for claim in _claims(own)]:
        if target in taken:
            column = column.left_out(f"{fields.label(target)} is taken by {taken[target]}")
    return column


def _refilled(columns: Sequence[ColumnMap], joins: Iterable[str]) -> tuple[ColumnMap, ...]:
    """Where the file took a column's field away, the next best column has it."""
    used = fed(columns).union(joins)
    result: list[ColumnMap] = []
    for column in columns:
        wanted = column.wanted if column.target is None else None
        if wanted and used.isdisjoint(_claims(wanted)):
            reason = f"next best for {fields.label(wanted)}"
            used.add(wanted)
            result.append(replace(column, target=wanted, reason=reason, confidence="similar"))
        else:
            result.append(column)
    return tuple(result)


def _claims(target: str | None) -> tuple[str, ...]:
    """The fields that must be free for it: a full name and its parts exclude each other."""
    if target in fields.NAME_PARTS:
        return target, "contact_name"
    return ("contact_name", *fields.NAME_PARTS) if target == "contact_name" else (target or "",)


def _object(value: object, where: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise BadMapping(f"{where} must be a JSON object; {_SHAPE}.")
    return value


def _texts(value: object, where: str) -> dict[str, str]:
    pairs = _object(value, where)
    for key, text in pairs.items():
        if not isinstance(text, str):
            raise BadMapping(f"{where}: the value of '{key}' must be a text in quotation marks.")
    return {key: str(text) for key, text in pairs.items()}


def _no_such_column(header: str, names: list[str]) -> str:
    near = process.extractOne(header, names, score_cutoff=70)
    if near:
        return f"The sheet has no column '{header}'; did you mean '{near[0]}'?"
    shown = ", ".join(f"'{name}'" for name in names[:20])
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return f"The sheet has no column '{header}'; it has {shown}{more}."


def _fold(header: str) -> str:
    return characters.bare(headers.tidy(header)).casefold()

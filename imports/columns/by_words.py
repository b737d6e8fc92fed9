"""What the words of a customer's CRM say about a sheet's columns and cells.

A column that is called like one of its custom fields becomes that one; one that is called like
Stage or Owner and holds names becomes it where the names are known. Cells get the meaning that is
sure, unless a person or an earlier import gave them one. All are guesses with their reasons.
"""

import re
from collections import Counter
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from imports.columns import choices, clean, fields, headers, loose, synonyms, values, vocabulary
from imports.columns.mapping import ColumnMap, Mapping, fold_cell
from imports.columns.memory import Memory
from imports.columns.vocabulary import KIND_OF, NONE, Words
from imports.errors import BadMapping
from imports.models import ColumnProfile, Import, MappingVersion, Word

_UNIT: Final = re.compile(r"[(\[][^()\[\]]*[)\]]\s*$")  # the "(m²)" of "Area (m²)"
_ENOUGH: Final = 0.5  # of a column's different samples that must be known


def with_columns(
    proposed: Mapping, lead_import: Import, rows: Sequence[Sequence[str]], memory: Memory
) -> Mapping:
    """Return the mapping in which columns that were left out feed what the CRM calls so."""
    words = vocabulary.of_import(lead_import)
    if not words.by_kind:
        return proposed
    slugs = _slugs(words, [column.header for column in proposed.columns])
    taken = set(proposed.targets)
    columns = []
    for column in proposed.columns:
        found = column
        if _is_free(column, memory):
            found = _as_word(column, words, rows, memory) or _as_field(column, slugs) or column
        if found.target and found.target in taken:
            found = column
        columns.append(found)
        taken.update(found.targets)
    return replace(proposed, columns=tuple(columns))


def _is_free(column: ColumnMap, memory: Memory) -> bool:
    """Whether nobody decided about the column yet, and no other has its field."""
    before = _before(column, memory)
    left_out = before is not None and not before.targets and before.confidence == "chosen"
    return not (column.targets or column.masked or column.wanted or left_out)


def _before(column: ColumnMap, memory: Memory) -> ColumnMap | None:
    """What the customer's newest import did with the heading."""
    decisions = memory.own.get(headers.squash(column.header))
    return decisions[0].column if decisions else None


def _slugs(words: Words, header_row: Sequence[str]) -> dict[str, str]:
    """The custom field that each heading is called like, whole or without the unit behind it.

    Not slugs that differ only in how they are written, and not "Area (m²)" beside "Area (acres)".
    """
    known = [one.word for one in words.known(Word.Kind.FIELD)]
    slugs = {folded: known[place] for folded, place in headers.single(known).items()}
    bare = {header: headers.squash(_UNIT.sub("", header)) for header in header_row}
    users = Counter(bare[header] for header in header_row)
    found = {one: slugs.get(name, "") for one, name in bare.items() if users[name] == 1}
    return found | {one: slugs[name] for one in bare if (name := headers.squash(one)) in slugs}


def _as_field(column: ColumnMap, slugs: MappingType[str, str]) -> ColumnMap | None:
    slug = slugs.get(column.header)
    if not slug:
        return None
    found = replace(
        column,
        target=fields.CUSTOM + slug,
        confidence="similar",
        reason="a custom field that this customer has in MEGA is called so",
    )
    if found.is_open:  # left out as it was, an import needs no person to go on
        reason = f"MEGA has a custom field {slug}, but its {column.looks}s can be read in two ways"
        return replace(column, reason=reason)
    return found


def _as_word(
    column: ColumnMap, words: Words, rows: Sequence[Sequence[str]], memory: Memory
) -> ColumnMap | None:
    before = _before(column, memory)
    target = (before.target if before else None) or _called_like(column.header)
    if target not in KIND_OF:
        return None
    cells = {row[column.index].strip() for row in rows if len(row) > column.index} - {""}
    known = [cell for cell in cells if words.recognise(target, cell)]
    if not known or len(known) < _ENOUGH * len(cells):
        return None
    how = "as it was before" if before and before.target else "called so"
    reason = (
        f"{fields.label(target)} {how}, and {len(known)} of {len(cells)} different samples "
        "are known in MEGA"
    )
    return replace(column, target=target, confidence="similar", reason=reason)


def _called_like(header: str) -> str:
    plain = headers.tidy(header)
    if entry := synonyms.INDEX.get(headers.squash(plain)):
        return entry[0]
    found = loose.find(plain)
    return found[0] if found else ""


def with_meanings(
    made: Mapping,
    lead_import: Import,
    before: MappingVersion | None = None,
    counted: Sequence[ColumnProfile] | None = None,
) -> Mapping:
    """Return the mapping with what the cells of stages and owners surely mean.

    With `before`, only of columns that became a stage or an owner since: the others were looked
    at by a person. `counted` are the columns' profiles where they are not stored yet.
    """
    words = vocabulary.of_import(lead_import)
    if not words.by_kind:
        return made
    then = _targets(before) if before else {}
    asked = [
        column.index
        for column in made.columns
        if column.target in KIND_OF
        and column.split is None
        and then.get(column.index) != column.target
    ]
    found = values.of_columns(lead_import, asked, counted)
    columns = (
        _meant(column, found[column.index], words) if column.index in found else column
        for column in made.columns
    )
    return replace(made, columns=tuple(columns))


def _targets(former: MappingVersion) -> dict[int, str | None]:
    try:
        columns = Mapping.from_json(former.content).columns
    except BadMapping:
        return {}
    return {column.index: column.target for column in columns}


def _meant(column: ColumnMap, seen: values.Found, words: Words) -> ColumnMap:
    given = column.means
    found = {
        cell: meant
        for cell, _ in values.as_changed(column, seen).listed
        if fold_cell(cell) not in given and (meant := guess(column.target or "", cell, words))
    }
    return replace(column, values={**column.values, **found}) if found else column


def guess(target: str, cell: str, words: Words) -> str:
    """What the cell surely means, "" where that is unclear or the cell says it as it stands."""
    if target not in KIND_OF or clean.is_nothing(clean.one_line(cell)):
        return ""
    meant = words.recognise(target, cell)
    return "" if vocabulary.read_as(target, cell) == clean.Cleaned(meant) else meant


def taken_for(target: str, cell: str, words: Words = NONE) -> str:
    """What a cell that nobody gave a meaning is taken for, "" when for nothing."""
    field = fields.find(target)
    if field and field.kind == "choice":
        return choices.recognise(target, cell) or ""
    if clean.is_nothing(clean.one_line(cell)):
        return cell
    if target == "owner_id":
        return clean.read_uuid(cell).value or ""
    if target == "stage_slug" and words.knows_some(KIND_OF[target]):
        return words.recognise(target, cell)
    return cell


def refused_values(lead_import: Import) -> dict[str, dict[str, str]]:
    """The stages and owners that MEGA refused, by target, each with the import that it was in."""
    refused = Word.objects.filter(
        vocabulary__customer=lead_import.customer_id,
        vocabulary__mega_id=lead_import.mega_id,
        kind__in=KIND_OF.values(),
        refused_at__isnull=False,
    )
    targets = {kind: target for target, kind in KIND_OF.items()}
    found: dict[str, dict[str, str]] = {}
    for one in refused:
        if one.is_refused:
            found.setdefault(targets[one.kind], {})[one.word] = vocabulary.where(one)
    return found

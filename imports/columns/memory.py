"""What columns with the same heading became before: in this customer's imports, else in the team's.

Only imports that were sent count, the newest first; of those that were cancelled, the ones of
which a request went out. What is remembered is a guess with its reason;
it is sure where all of this customer's agree. What a heading was left out for before never drops a
column that matching maps: it only makes it doubtful. Of other customers' imports nothing is taken
that is theirs alone: custom fields, stages, owners.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from imports.columns import fields, formats, looks, taken_over
from imports.columns.mapping import ColumnMap, Mapping, fed, fold_cell
from imports.errors import BadMapping
from imports.models import Batch, Import, ImportState, Kind, MappingVersion, Origin

OWN, TEAMS = 10, 20  # imports that are looked at
_OWNED = ("stage", "uuid", "text")  # kinds of fields whose values or slugs are one customer's


@dataclass(frozen=True, slots=True)
class Decision:
    """What one import did with a heading."""

    column: ColumnMap
    import_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered, by folded heading and the newest first; `same` is the mapping of the
    customer's newest import with the very same headings, `latest` that of the newest of all.
    """

    own: dict[str, list[Decision]] = field(default_factory=dict)
    teams: dict[str, list[Decision]] = field(default_factory=dict)
    same: Mapping | None = None
    latest: Mapping | None = None


def sent(lead_import: Import) -> QuerySet[Import]:
    """Return what this customer sent from files before, the newest first."""
    earlier = _sent(lead_import).filter(customer=lead_import.customer_id)
    return earlier[:OWN]


def sent_alike(lead_import: Import) -> Import | None:
    """Return the newest of these with the very same headings, however long ago it was."""
    if not lead_import.layout:
        return None
    same = _sent(lead_import).filter(customer=lead_import.customer_id, layout=lead_import.layout)
    return same.first()


def of(lead_import: Import) -> Memory:
    """Return what is remembered for a file that was just read."""
    own = _mappings(sent(lead_import))
    others = _sent(lead_import).filter(customer__team=lead_import.customer.team_id)
    teams = _mappings(others.exclude(customer=lead_import.customer_id)[:TEAMS])
    same = (made for one, made in own if one.layout and one.layout == lead_import.layout)
    latest = own[0][1] if own else None
    return Memory(_by_heading(own), _by_heading(teams), next(same, None), latest)


def _sent(lead_import: Import) -> QuerySet[Import]:
    files = Import.objects.filter(
        origin=Origin.FILE, send_after__isnull=False, mapping__isnull=False
    )
    # Somebody may have cancelled it because its mapping was wrong.
    went_out = Batch.objects.filter(
        lead_import=OuterRef("pk"), kind=Kind.SEND, first_sent_at__isnull=False
    )
    counts = files.filter(~Q(state=ImportState.CANCELLED) | Exists(went_out))
    return counts.exclude(pk=lead_import.pk).select_related("mapping").order_by("-pk")


def _mappings(imports: QuerySet[Import]) -> list[tuple[Import, Mapping]]:
    return [(one, made) for one in imports if (made := mapping_of(one)) is not None]


def mapping_of(one: Import) -> Mapping | None:
    """Return what the columns of an earlier import became; None where that cannot be read."""
    return readable(one.mapping) if one.mapping else None


def readable(version: MappingVersion) -> Mapping | None:
    """Return the mapping of a version; None where it cannot be read."""
    try:
        return Mapping.from_json(version.content)
    except BadMapping:
        return None


def _by_heading(mappings: Sequence[tuple[Import, Mapping]]) -> dict[str, list[Decision]]:
    found: dict[str, list[Decision]] = {}
    for one, made in mappings:
        for heading, column in made.by_heading.items():
            if not column.masked:
                found.setdefault(heading, []).append(Decision(column, one.pk, one.created_at))
    return found


def matched(guessed: Mapping, memory: Memory, samples: Sequence[Sequence[str]]) -> Mapping:
    """Return the guessed mapping with what is remembered; `samples` are rows, perhaps ragged.

    Where two columns became the same field before, the newer decision counts.
    """
    known, taken = dict[int, ColumnMap](), set[str]()
    for column, decisions, is_own in _decided(guessed, memory):
        cells = [row[column.index].strip() for row in samples if len(row) > column.index]
        one = _remembered(column, decisions, [cell for cell in cells if cell], is_own=is_own)
        if one.targets and taken.isdisjoint(one.targets):
            known[column.index] = one
            taken |= set[str]().union(*map(taken_over.excluded, one.targets))
    return taken_over.with_known(guessed, known, taken, guessed)


def _decided(guessed: Mapping, memory: Memory) -> list[tuple[ColumnMap, list[Decision], bool]]:
    """The columns of which something is known, the newest decisions first, the customer's own
    before others.
    """
    found = []
    for heading, column in guessed.by_heading.items():
        own = memory.own.get(heading)
        decisions = own or memory.teams.get(heading)
        if decisions and not column.masked:
            found.append((column, decisions, own is not None))
    return sorted(found, key=lambda one: (not one[2], -one[1][0].import_id, one[0].index))


def _remembered(
    column: ColumnMap, decisions: Sequence[Decision], cells: Sequence[str], *, is_own: bool
) -> ColumnMap:
    """The column as it was before; the very same where nothing is to be said about it."""
    latest = decisions[0]
    target = latest.column.target
    if not latest.column.targets:
        return _once_left_out(column, latest) if is_own else column
    means = latest.column.means
    meant = [text for cell in cells if (text := means.get(fold_cell(cell), cell))]
    is_meant = any(fold_cell(cell) in means for cell in cells)  # new ones beside them may come
    is_made = is_meant or latest.column.is_shaped
    if target and meant and not is_made and looks.veto(target, meant):
        return column
    return _as_own(column, decisions) if is_own else _as_elsewhere(column, latest)


def _as_own(column: ColumnMap, decisions: Sequence[Decision]) -> ColumnMap:
    latest = decisions[0].column
    other = next((one for one in decisions if one.column.target != latest.target), None)
    is_plain = column.confidence in ("exact", "synonym") and not (latest.values or latest.is_shaped)
    is_plain = is_plain and not column.is_shaped
    if other is None and is_plain and column.target == latest.target:
        return column  # recognised anyway
    reason = f"as in {_named(decisions[0])}"
    if other:
        was = fields.label(other.column.target) if other.column.target else "left out"
        differs = f"in import #{other.import_id} it was {was}"
    else:
        differs = _meant_otherwise(decisions)
    if differs:
        return column.as_in(latest, f"{reason}; {differs}", "similar")
    return column.as_in(latest, reason, "remembered")


def _meant_otherwise(decisions: Sequence[Decision]) -> str:
    """Which of the cells meant something else in an earlier import, "" where none did."""
    latest = decisions[0].column.means
    for one in decisions[1:]:
        for cell, value in one.column.values.items():
            if latest.get(fold_cell(cell), value) != value:
                was = f"meant {value}" if value else "was left out"
                return f"in import #{one.import_id} “{cell}” {was}"
    return ""


def _as_elsewhere(column: ColumnMap, latest: Decision) -> ColumnMap:
    """Another customer's decision is worth less than a heading that is recognised."""
    found = fields.find(latest.column.target or "")
    if (
        latest.column.is_shaped
        or found is None
        or found.kind in _OWNED
        or column.confidence in ("exact", "synonym")
    ):
        return column
    reason = f"as in {_named(latest)} for another customer"
    return column.as_in(latest.column, reason, "similar")


def _named(decision: Decision) -> str:
    local = timezone.localtime(decision.at)
    return f"import #{decision.import_id} of {local.day} {local:%b %Y}"


def _once_left_out(column: ColumnMap, latest: Decision) -> ColumnMap:
    """A person left it out; what matching maps goes on being mapped, but somebody should look."""
    if column.target is None or latest.column.confidence != "chosen":
        return column
    reason = f"{column.reason}, but left out in {_named(latest)}"
    return replace(column, confidence="similar", reason=reason)


def completed(proposed: Mapping, memory: Memory) -> Mapping:
    """Return the mapping with what only the same headings tell: how dates and numbers that can be
    read in two ways were read then, the values for fields that have no column or where its cells
    are blank, and what was made of several columns. How contacts are read is as it was in these,
    else as in the customer's newest import.
    """
    proposed, same = _read_alike(proposed, memory.same or memory.latest), memory.same
    if same is None:
        return proposed
    before = same.by_heading
    columns = {column.index: _read_as_then(column, before.get(heading))
               for heading, column in proposed.by_heading.items()}  # fmt: skip
    joins = taken_over.still_joined(proposed, same.joins)
    completed = tuple(
        _joined(columns.get(column.index, column), joins) for column in proposed.columns
    )
    new = fed(completed) - fed(same.columns)
    constants = {name: value for name, value in same.constants.items() if name not in new}
    placed = taken_over.with_country(proposed, same)
    proposed = replace(proposed, country=placed.country, rules=placed.rules)
    proposed = replace(proposed, columns=completed, joins=joins, region=same.region)
    return replace(proposed, constants=constants | proposed.constants)


def _read_alike(proposed: Mapping, before: Mapping | None) -> Mapping:
    """Nobody chose what became of possible phones in a mapping that is older than the choice."""
    if before is None:
        return proposed
    possible = before.possible or proposed.possible
    return replace(proposed, possible=possible, words=before.words)


def _joined(column: ColumnMap, joins: dict[str, str]) -> ColumnMap:
    """What was made of several columns before goes before one that is matched now."""
    if joins.keys().isdisjoint(column.targets):
        return column
    return column.left_out("its field is made of several columns, as in the last import")


def _read_as_then(column: ColumnMap, before: ColumnMap | None) -> ColumnMap:
    if before is None:
        return column
    if not column.looks and not column.read_as and before.target == column.target:
        return replace(column, read_as=before.read_as)  # a person's word: its cells prove nothing
    if not column.is_open:
        return column
    if before.read_as not in formats.CHOICES.get(column.looks, ()):
        return column
    return replace(column, read_as=before.read_as)

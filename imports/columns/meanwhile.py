"""What others made of a mapping since somebody began to change it, column by column.

Nothing of either is lost: `merged` holds this person's choices, and others' where this person chose
nothing. Whoever saves it has seen both.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from imports.columns import countries, fields, formats, shape_words
from imports.columns.consent import Consent
from imports.columns.mapping import POSSIBLE, ColumnMap, Mapping, fold_cell
from imports.columns.sources import Split
from imports.errors import BadMapping
from imports.models import Import, MappingVersion
from portal.models import User

BY_PERSON = "chosen by a person"
MOST = 5  # meanings of one column that are told apart


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody else (None: the portal) made of one column, or of a field's value for all rows.

    `theirs` and `yours` are in words; `yours` is "" where this person left it as it was.
    """

    name: str
    who: User | None
    at: datetime
    theirs: str
    yours: str

    @property
    def label(self) -> str:
        """The words of the field that is meant, where it is one."""
        return fields.label(self.name)

    @property
    def is_same(self) -> bool:
        """Whether both chose the same."""
        return self.theirs == self.yours


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What changed since a version: by column's index, and each field's value for all rows.

    `others` says what became of the templates and of how phones are read. `who` and `at` are those
    of the newest version.
    """

    who: User | None
    at: datetime
    columns: dict[int, Change]
    constants: list[Change]
    others: list[str]


def version_of(lead_import: Import, number: int | None) -> MappingVersion | None:
    """The version of this number; None where it is none of the sheet as it is read now."""
    current = lead_import.mapping
    if current is None or number is None or number == current.version:
        return current if number is not None else None
    found = lead_import.mappings.filter(version=number).first()
    return found if found and _headings(found) == _headings(current) else None


def begun(began: Mapping, shown: Mapping, kept: MappingType[int, str | None]) -> Mapping:
    """The mapping that a page's choices are to be read by.

    `shown` stood when the page was made. `kept` are the targets, by column, that stood on the page
    instead of those of `shown`: this person's choices, who `began` with an earlier version.
    """
    columns = tuple(
        _kept(before, now, kept[now.index]) if now.index in kept and not now.masked else now
        for before, now in zip(began.columns, shown.columns, strict=True)
    )
    return replace(shown, columns=columns)


def _kept(before: ColumnMap, now: ColumnMap, target: str | None) -> ColumnMap:
    """What cells mean, and their parts, are the former target's; their changes are anyone's."""
    if before.target == target:
        own = replace(now, values=before.values, split=before.split, others=before.others)
    else:
        own = replace(now, values={}, split=None, others="")
    return replace(own, target=target, reason=BY_PERSON, confidence="chosen")


def since(lead_import: Import, base: MappingVersion, mine: Mapping) -> Meanwhile:
    """What became of the mapping since `base`; `mine` is what this person made of that version."""
    later = lead_import.mappings.filter(version__gte=base.version).select_related("created_by")
    made = [
        (version, Mapping.from_json(version.content))
        for version in later.order_by("version")
        if _headings(version) == _headings(base)
    ]
    before, now, newest = made[0][1], made[-1][1], made[-1][0]
    columns = {
        index: Change(
            now.names[index],
            *_last(made, index),
            _words(now.columns[index], before.columns[index]),
            _mine(mine.columns[index], before.columns[index]),
        )
        for index in _changed(before, now)
    }
    constants = [
        Change(
            name,
            newest.created_by,
            newest.created_at,
            now.constants.get(name, "none"),
            _constant(mine, before, name),
        )
        for name in sorted({*before.constants, *now.constants})
        if before.constants.get(name) != now.constants.get(name)
    ]
    others = list(_others(before, now))
    return Meanwhile(newest.created_by, newest.created_at, columns, constants, others)


def between(before: Mapping, now: Mapping) -> tuple[list[tuple[str, str]], list[str]]:
    """What is otherwise in a mapping of the same sheet: of columns and of values for all rows, by
    name, and of the rest in sentences.
    """
    columns = [
        (now.names[index], _words(now.columns[index], before.columns[index]))
        for index in _changed(before, now)
    ]
    constants = [
        (f"{fields.label(name)} for every row", now.constants.get(name, "none"))
        for name in sorted({*before.constants, *now.constants})
        if before.constants.get(name) != now.constants.get(name)
    ]
    return columns + constants, list(_others(before, now))


def merged(base: Mapping, theirs: Mapping, mine: Mapping) -> Mapping:
    """Theirs with whatever this person changed: what a page shows until it is decided.

    Templates, and the country that phones are read by, are theirs: the page of the columns changes
    none of them.
    """
    trios = zip(base.columns, theirs.columns, mine.columns, strict=True)
    columns = tuple(_of_both(before, now, own) for before, now, own in trios)
    constants = _changed_in(base.constants, theirs.constants, mine.constants)
    possible = theirs.possible if mine.possible == base.possible else mine.possible
    return replace(theirs, columns=columns, constants=constants, possible=possible)


def on_top(base: Mapping, theirs: Mapping, mine: Mapping, place: int | None) -> Mapping:
    """Theirs with what this person changed on a page of its own: of the column at `place`, how
    phones are read, and what is sent where its cells are blank; or (None) of the templates.

    Unlike `merged` it goes thing by thing: such a page says nothing of the others.
    """
    made = replace(
        theirs,
        joins=_changed_in(base.joins, theirs.joins, mine.joins),
        constants=_changed_in(base.constants, theirs.constants, mine.constants),
        country=theirs.country if mine.country == base.country else mine.country,
        region=theirs.region if mine.region == base.region else mine.region,
    )
    if place is None:
        return made
    columns = list(made.columns)
    columns[place] = _thing_by_thing(base.columns[place], columns[place], mine.columns[place])
    return replace(made, columns=tuple(columns))


def _changed_in(
    before: dict[str, str], theirs: dict[str, str], mine: dict[str, str]
) -> dict[str, str]:
    """Theirs, and where this person said something else than before, what this person said."""
    own = {name for name in {*before, *mine} if before.get(name) != mine.get(name)}
    kept = {name: value for name, value in theirs.items() if name not in own}
    return kept | {name: value for name, value in mine.items() if name in own}


def _thing_by_thing(before: ColumnMap, now: ColumnMap, own: ColumnMap) -> ColumnMap:
    both = now
    if own.changes != before.changes:
        both = replace(both, changes=own.changes)
    if own.read_as != before.read_as:
        both = replace(both, read_as=own.read_as)
    if own.others != before.others:
        both = replace(both, others=own.others)
    if own.split != before.split or (own.split and own.target != before.target):
        both = replace(both, split=own.split, target=own.target)
    return both


def _of_both(before: ColumnMap, now: ColumnMap, own: ColumnMap) -> ColumnMap:
    if now.masked or decided(own) == decided(before):
        return now
    both = replace(own, looks=now.looks, masked=now.masked, consent=now.consent)
    if own.changes == before.changes:
        both = replace(both, changes=now.changes)
    if own.target == now.target and _parts(own) == _parts(before):
        both = replace(both, split=now.split, others=now.others)
    return both


def _parts(column: ColumnMap) -> tuple[Split | None, str]:
    return column.split, column.others


def decided(column: ColumnMap) -> tuple[object, ...]:
    """What a person decides of a column, in a form that can be compared."""
    return column.target, column.means, column.read_as, column.changes, *_parts(column)


def _changed(before: Mapping, now: Mapping) -> list[int]:
    pairs = zip(before.columns, now.columns, strict=True)
    return [then.index for then, column in pairs if decided(then) != decided(column)]


def _last(
    made: Sequence[tuple[MappingVersion, Mapping]], index: int
) -> tuple[User | None, datetime]:
    """Who changed the column last, and when."""
    found = made[-1][0]
    for (_, former), (version, latter) in pairwise(made):
        if decided(former.columns[index]) != decided(latter.columns[index]):
            found = version
    return found.created_by, found.created_at


def _mine(column: ColumnMap, before: ColumnMap) -> str:
    return "" if decided(column) == decided(before) else _words(column, before)


def _constant(mine: Mapping, before: Mapping, name: str) -> str:
    own = mine.constants.get(name)
    return "" if own == before.constants.get(name) else own or "none"


def _words(column: ColumnMap, before: ColumnMap) -> str:
    """What the column becomes, and what else of it is not as before."""
    target = fields.label(column.target) if column.target else "left out"
    return "; ".join([target, *_details(column, before)])


def _details(column: ColumnMap, before: ColumnMap) -> Iterator[str]:
    if column.target and column.read_as and column.read_as != before.read_as:
        yield formats.WORDS[column.read_as]
    yield from _made(column, before)
    then = before.means if before.target == column.target else {}
    new = {cell: to for cell, to in column.values.items() if then.get(fold_cell(cell)) != to}
    for cell, to in list(new.items())[:MOST]:
        yield f"“{cell}” is {to or 'left out'}"
    gone = len(then.keys() - column.means.keys())
    if more := max(0, len(new) - MOST) + gone:
        yield f"{more} more value{'s' if more > 1 else ''} changed"


def _made(column: ColumnMap, before: ColumnMap) -> Iterator[str]:
    said, former = shape_words.of_column(column), shape_words.of_column(before)
    yield from (one for one in said if one not in former)
    yield from (f"no longer {one}" for one in former if one not in said)


def _others(before: Mapping, now: Mapping) -> Iterator[str]:
    for target in sorted({*before.joins, *now.joins}):
        template = now.joins.get(target)
        if template != before.joins.get(target):
            made = f"made of “{template}”" if template else "no longer made of several columns"
            yield f"{fields.label(target)} is {made}"
    if now.country != before.country:
        where = "no column" if now.country is None else f"“{now.names[now.country]}”"
        yield f"Each row's country, by which its phone is read, stands in {where}"
    if now.region != before.region:
        named = countries.name(now.region) if now.region else "the customer's region"
        yield f"Other phones without a country code are those of {named}"
    if now.possible != before.possible:
        yield f"Phones that are merely possible: {POSSIBLE[now.possible or 'send']}"
    if now.words != before.words:
        yield f"Words read as blank: {now.words.said or 'the usual ones'}"
    if _answers(now) != _answers(before):
        yield "Which values forbid contact was answered"
    if now.rules != before.rules:
        yield "The columns for the customer's rules were chosen"


def _answers(made: Mapping) -> list[Consent | None]:
    return [column.consent for column in made.columns]


def _headings(version: MappingVersion) -> list[str]:
    try:
        return [column.header for column in Mapping.from_json(version.content).columns]
    except BadMapping:
        return [f"unreadable {version.pk}"]

"""Which lead field each column of a sheet most likely is.

1. A candidate for each column by its header: the API's own name, a synonym, one with something
   about it, or one nearly spelt so.
2. The sample cells make it doubtful or rule it out.
3. "Name" beside "Vorname" becomes the last name.
4. Each field goes to the best of its candidates; a full name excludes its parts.
5. A field that no column is called like may be found by what the cells say themselves.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from imports.columns import by_cells, fields, headers, looks, loose, similar, synonyms

Confidence = Literal["exact", "synonym", "similar", "none", "chosen", "remembered"]
"""How a column came to its field; "chosen" is a person's decision, "remembered" an earlier one."""

_ORDER: Mapping[Confidence, int] = {"chosen": 0, "exact": 1, "synonym": 2, "similar": 3, "none": 4}
_SAMPLES = 200  # rows; more say nothing new
_SPARSE = 0.2  # a column with fewer cells filled loses to a fuller one
_META_EXPORT = frozenset({"adid", "formid"})
_META_PLATFORMS = {"fb": "meta_ads", "ig": "meta_ads"}


@dataclass(frozen=True, slots=True)
class Guess:
    """What one column seems to be.

    `header` as in the sheet, `name` the unique one (see headers.names); `reason` is a fragment such
    as "a usual name for Phone". `offer` is the custom field that the column could become; `wanted`
    the field that it lost to a better column; `values` what its cells mean, when that is known.
    """

    index: int
    header: str
    name: str
    target: str | None
    confidence: Confidence
    reason: str
    offer: str
    wanted: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    rank: int = 0
    sparse: bool = False

    def without_target(self, reason: str, wanted: str | None = None) -> "Guess":
        """The guess that the column is no field."""
        return replace(
            self, target=None, confidence="none", reason=reason, wanted=wanted, values={}
        )


def propose(
    header_row: Sequence[str],
    samples: Sequence[Sequence[str]],
    left_out: Collection[int] = (),
    region: str = "US",
) -> list[Guess]:
    """One guess for each column, in order; `samples` are rows of cells, which may be ragged.

    The columns in `left_out` (by index) are taken for no field. `region` is the customer's.
    """
    rows = samples[:_SAMPLES]
    columns = [
        [row[i].strip() if i < len(row) else "" for row in rows] for i in range(len(header_row))
    ]
    guesses = [
        guess.without_target("left out") if guess.index in left_out else guess
        for guess in _named(header_row)
    ]
    guesses = [_by_values(guess, columns[guess.index]) for guess in guesses]
    guesses = _meta_export(guesses, columns)
    guesses = _bare_names(guesses, columns)
    return _by_cells(_whole_or_parts(_best(guesses)), columns, left_out, region)


def _named(header_row: Sequence[str]) -> list[Guess]:
    names = headers.names(header_row)
    offers: set[str] = set()
    return [
        _by_header(Guess(i, header, names[i], None, "none", "", _offer(header, i, offers)))
        for i, header in enumerate(header_row)
    ]


def _offer(header: str, index: int, taken: set[str]) -> str:
    slug = fields.custom_slug(header if headers.tidy(header) else f"column {headers.letter(index)}")
    unique, count = slug, 1
    while unique in taken:
        count += 1
        unique = f"{slug}_{count}"
    taken.add(unique)
    return f"{fields.CUSTOM}{unique}"


def _by_header(guess: Guess) -> Guess:
    plain = headers.tidy(guess.header)
    literal = plain.lower()
    if literal in fields.BY_NAME:
        return replace(guess, target=literal, confidence="exact", reason="MEGA's own name")
    if plain.startswith(fields.CUSTOM) and fields.find(plain):
        return replace(guess, target=plain, confidence="exact", reason="named as a custom field")
    if entry := synonyms.INDEX.get(headers.squash(plain)):
        target, rank = entry
        reason = f"a usual name for {fields.label(target)}"
        return replace(guess, target=target, confidence="synonym", reason=reason, rank=rank)
    if found := loose.find(plain):
        return _loosely(guess, found)
    if near := similar.nearest(plain):
        target, rank, phrase = near
        reason = f"spelt almost like “{phrase}”"
        return replace(guess, target=target, confidence="similar", reason=reason, rank=rank)
    return replace(guess, reason="no lead field goes by this name")


def _loosely(guess: Guess, found: loose.Found) -> Guess:
    target, rank, phrase, sure = found
    if sure:
        reason = f"a usual name for {fields.label(target)}"
        return replace(guess, target=target, confidence="synonym", reason=reason, rank=rank)
    reason = f"“{phrase}” with something about it"
    return replace(guess, target=target, confidence="similar", reason=reason, rank=rank)


def _by_values(guess: Guess, column: Sequence[str]) -> Guess:
    cells = [cell for cell in column if cell]
    guess = replace(guess, sparse=bool(column) and len(cells) < _SPARSE * len(column))
    if guess.target is None or guess.confidence == "exact":
        return guess
    label = fields.label(guess.target)
    if veto := looks.veto(guess.target, cells):
        return guess.without_target(f"called like {label}, but {veto}")
    if doubt := looks.doubt(guess.target, cells):
        return replace(guess, confidence="similar", reason=f"{guess.reason}, but {doubt}")
    return guess


def _meta_export(guesses: list[Guess], columns: Sequence[Sequence[str]]) -> list[Guess]:
    """Meta's own export of lead forms says "fb" and "ig" where other sheets could mean posts."""
    squashed = {headers.squash(guess.header): guess.index for guess in guesses}
    platform, organic = squashed.get("platform"), squashed.get("isorganic")
    if platform is None or not squashed.keys() >= _META_EXPORT:
        return guesses
    if organic is not None and any(cell.lower() == "true" for cell in columns[organic]):
        return guesses
    if not {cell.lower() for cell in columns[platform] if cell} <= _META_PLATFORMS.keys():
        return guesses
    known = replace(
        guesses[platform],
        target="source_platform",
        confidence="synonym",
        reason="a lead form export of Meta",
        values=dict(_META_PLATFORMS),
    )
    return [known if guess.index == platform else guess for guess in guesses]


def _bare_names(guesses: list[Guess], columns: Sequence[Sequence[str]]) -> list[Guess]:
    parts = {
        guess.target: guess.index
        for guess in guesses
        if guess.target in fields.NAME_PARTS and not guess.sparse
    }
    if not parts:
        return guesses
    return [
        _bare_name(guess, parts, columns)
        if guess.target == "contact_name" and headers.squash(guess.header) in synonyms.BARE_NAMES
        else guess
        for guess in guesses
    ]


def _bare_name(guess: Guess, parts: Mapping[str, int], columns: Sequence[Sequence[str]]) -> Guess:
    """A bare "Name" is the whole when it holds the part of its row, else the missing part."""
    first_part = next(iter(parts.values()))
    whole = looks.agree(columns[first_part], columns[guess.index])
    missing = [part for part in fields.NAME_PARTS if part not in parts]
    if whole or (whole is None and not missing):
        return guess
    if not missing:
        return guess.without_target("its samples are not the names of the other columns")
    known = next(part for part in fields.NAME_PARTS if part in parts)
    reason = f"stands beside {fields.label(known)}"
    return replace(guess, target=missing[0], reason=reason)


def _best(guesses: list[Guess]) -> list[Guess]:
    winners: dict[str, Guess] = {}
    for guess in sorted(guesses, key=_preference):
        if guess.target:
            winners.setdefault(guess.target, guess)
    return [_unless_taken(guess, winners) for guess in guesses]


def _preference(guess: Guess) -> tuple[bool, int, int, int]:
    loses = guess.sparse and guess.confidence != "exact"
    return loses, _ORDER[guess.confidence], guess.rank, guess.index


def _unless_taken(guess: Guess, winners: Mapping[str, Guess]) -> Guess:
    if guess.target is None or winners[guess.target] is guess:
        return guess
    return guess.without_target(_taken(guess.target, winners[guess.target]), guess.target)


def _taken(target: str, winner: Guess) -> str:
    return f"{fields.label(target)} is already taken by column {headers.letter(winner.index)}"


def _whole_or_parts(guesses: list[Guess]) -> list[Guess]:
    winners = {guess.target: guess for guess in guesses if guess.target}
    whole, parts = winners.get("contact_name"), [winners.get(p) for p in fields.NAME_PARTS]
    if whole is None or not any(parts):
        return guesses
    if all(parts) and (whole.sparse or whole.confidence == "similar"):
        reason = "First name and Last name are taken instead"
        return [g.without_target(reason, "contact_name") if g is whole else g for g in guesses]
    return [
        guess.without_target(_taken("contact_name", whole), guess.target)
        if guess.target in fields.NAME_PARTS
        else guess
        for guess in guesses
    ]


def _by_cells(
    guesses: list[Guess],
    columns: Sequence[Sequence[str]],
    left_out: Collection[int],
    region: str,
) -> list[Guess]:
    """A column that lost its field to a better one is not looked at again."""
    out = {guess.index for guess in guesses if guess.wanted} | set(left_out)
    header_row = [guess.header for guess in guesses]
    found = by_cells.find(header_row, columns, out, [guess.target for guess in guesses], region)
    return [
        replace(guess, target=found[guess.index][0], confidence="similar",
                reason=found[guess.index][1])
        if guess.index in found
        else guess
        for guess in guesses
    ]  # fmt: skip

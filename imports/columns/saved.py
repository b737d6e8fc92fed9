"""Mappings saved by name, for one customer or for its whole team, and used for another file.

A file's headings tell which fit it: the very same ones (`intake.layout`), or most of them. Nothing
is used before a person says so; then each column that is known by its heading becomes what it is in
the saved mapping, and the others stay as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from imports.audit import acts, trail
from imports.columns import defects, derive, formats, headers, taken_over
from imports.columns.mapping import ColumnMap, Mapping, fed
from imports.columns.placeholders import USUAL
from imports.columns.rules import NO_COLUMNS
from imports.errors import BadInput, BadMapping, WrongState
from imports.models import Import, MappingVersion, SavedMapping
from imports.models.saved import LONGEST_NAME
from portal import characters
from portal.models import User

ENOUGH: Final = 0.5  # of a saved mapping's headings: with fewer it is for another kind of file
MOST: Final = 100  # of which a file is compared with the latest
MOST_MISSING: Final = 3  # headings that a reason names


@dataclass(frozen=True, slots=True)
class Offer:
    """A saved mapping, and why it fits a file or does not; `share` of its headings are there."""

    saved: SavedMapping
    reason: str
    share: float

    @property
    def fits(self) -> bool:
        """Whether it is worth a look."""
        return self.share >= ENOUGH


def of(lead_import: Import) -> QuerySet[SavedMapping]:
    """Those that may be used for an import: its customer's and its team's."""
    customer = lead_import.customer
    mine = Q(customer=None) | Q(customer=customer.pk)
    return SavedMapping.objects.filter(mine, team=customer.team_id).select_related("customer")


def offered(lead_import: Import) -> list[Offer]:
    """Those of an import with their reasons, the best first, a customer's before its team's."""
    headings = set(headers.folded(lead_import.headers))
    latest = of(lead_import).defer("content").order_by("-changed_at")[:MOST]
    found = [_offer(one, headings, lead_import.layout) for one in latest]
    return sorted(found, key=lambda one: (-one.share, one.saved.customer_id is None))


def _offer(saved: SavedMapping, headings: set[str], layout: str) -> Offer:
    if layout and saved.layout == layout:
        return Offer(saved, "It was saved for a file with the very same headings.", 1.0)
    known = headers.folded(saved.headers)
    missing = [heading for folded, heading in known.items() if folded not in headings]
    there = len(known) - len(missing)
    share = there / len(known) if known else 0.0
    if not missing and known:
        more = ", which has more" if len(headings) > len(known) else ""
        return Offer(saved, f"All its headings are in this file{more}.", share * 0.99)
    reason = f"{there} of its {len(known)} headings {'is' if there == 1 else 'are'} in this file."
    return Offer(saved, reason + _missing(missing) if there else reason, share)


def _missing(headings: list[str]) -> str:
    named = ", ".join(f"“{heading}”" for heading in headings[:MOST_MISSING])
    more = len(headings) - MOST_MISSING
    return f" Missing: {named}{f' and {more} more' if more > 0 else ''}."


@transaction.atomic
def save(
    lead_import: Import,
    user: User | None,
    name: str,
    *,
    for_team: bool,
    replaces: SavedMapping | None = None,
) -> tuple[SavedMapping, bool]:
    """Keep the import's mapping as it stands under a name; whether one of that name was replaced.

    The caller has asked whether `replaces` may be replaced; if it is gone, nothing is. BadInput for
    a name that cannot be used, or that another one has by now.
    """
    shown, customer = read_name(name), lead_import.customer
    made = derive.mapping_of(lead_import)
    before = _named(lead_import, shown, for_team=for_team).select_for_update().first()
    if before and before != replaces:
        raise BadInput(
            f"A mapping was saved as “{before}” in the meantime. Choose another name, or save again"
            " to replace it."
        )
    saved = before or SavedMapping(
        team=customer.team, customer=None if for_team else customer, created_by=user
    )
    saved.name, saved.layout, saved.changed_by = shown, lead_import.layout, user
    saved.headers = [column.header for column in made.columns]
    saved.content = made.to_json()
    _store(saved)
    facts = {"mapping": saved.pk, "for_team": for_team, "replaced": before is not None}
    trail.record(
        acts.MAPPING_SAVED, actor=user, customer=customer, lead_import=lead_import, facts=facts
    )
    return saved, before is not None


def named(lead_import: Import, name: str, *, for_team: bool) -> SavedMapping | None:
    """The one that looks as if it had this name, of the team's or of the customer's."""
    return _named(lead_import, name, for_team=for_team).first()


def _named(lead_import: Import, name: str, *, for_team: bool) -> QuerySet[SavedMapping]:
    customer = None if for_team else lead_import.customer_id
    same = SavedMapping.objects.filter(team=lead_import.customer.team_id, customer=customer)
    return same.filter(name__seen=characters.seen(name))


def read_name(text: str) -> str:
    """Return the name without doubled spaces. BadInput when there is nothing to be seen of it."""
    name = " ".join(text.split())
    if not characters.seen(name):
        raise BadInput("Nothing of this name can be seen; type one with letters or digits.")
    if len(name) > LONGEST_NAME:
        raise BadInput(f"A saved mapping's name has 1 to {LONGEST_NAME} characters.")
    return name


@transaction.atomic
def rename(saved: SavedMapping, user: User | None, name: str) -> None:
    """Give it another name, whatever it holds by now. BadInput for one that cannot be used, or
    that another one has; WrongState when it was removed in the meantime.
    """
    # With `update_fields` a row that is gone would be an error of the database; locked, it stays.
    if not SavedMapping.objects.select_for_update().filter(pk=saved.pk).exists():
        raise WrongState("This saved mapping was removed in the meantime.")
    saved.name, saved.changed_by = read_name(name), user
    _store(saved, ("name", "changed_by", "changed_at"))
    _record(acts.MAPPING_RENAMED, saved, user)


@transaction.atomic
def remove(saved: SavedMapping, user: User | None) -> None:
    """Forget it; imports that it was used for keep their mappings."""
    _record(acts.MAPPING_REMOVED, saved, user)
    saved.delete()


def _record(act: str, saved: SavedMapping, user: User | None) -> None:
    facts = {"mapping": saved.pk}
    trail.record(act, actor=user, team=saved.team, customer=saved.customer, facts=facts)


def _store(saved: SavedMapping, only: Sequence[str] | None = None) -> None:
    try:
        with transaction.atomic():
            saved.save(update_fields=only)
    except IntegrityError as error:
        raise BadInput(
            f"There is a saved mapping “{characters.seen(saved.name)}” already; choose another"
            " name."
        ) from error


def use(
    lead_import: Import, saved: SavedMapping, user: User | None, *, expected_version: int
) -> MappingVersion:
    """Have the columns become what they are in a saved mapping, and every row checked.

    Raises BadMapping where it does not fit the file; otherwise as `derive.remap`.
    """
    made = applied(derive.mapping_of(lead_import), saved)
    return derive.remap(lead_import, made, user, expected_version=expected_version)


def applied(current: Mapping, saved: SavedMapping) -> Mapping:
    """The mapping with the saved decisions in it, by heading. BadMapping where that cannot be."""
    theirs = taken_over.with_country(current, Mapping.from_json(saved.content))
    before = {heading: column for heading, column in theirs.by_heading.items() if not column.masked}
    known = {
        column.index: _as_saved(column, before[heading], saved.name)
        for heading, column in current.by_heading.items()
        if heading in before and not column.masked
    }
    if not known:
        raise BadMapping(f"No heading of “{saved.name}” is in this file, so nothing was changed.")
    joins = taken_over.still_joined(current, theirs.joins)
    used = fed(known.values()).union(joins)
    taken = {name for target in used for name in taken_over.excluded(target)}
    own = {name: one for name, one in current.joins.items() if name not in taken}
    theirs = replace(
        theirs,
        joins=own | joins,
        country=current.country if theirs.country is None else theirs.country,
        region=theirs.region or current.region,
        words=current.words if theirs.words == USUAL else theirs.words,
        rules=current.rules if theirs.rules == NO_COLUMNS else theirs.rules,
    )
    made = taken_over.replaced(current, known, taken, theirs)
    for sentence in defects.found(made):
        raise BadMapping(f"“{saved.name}” does not fit this file. {sentence}")
    return made


def _as_saved(column: ColumnMap, before: ColumnMap, name: str) -> ColumnMap:
    """How cells are written is this file's; only where that is open, the saved reading counts."""
    can_be_read_so = before.read_as in formats.CHOICES.get(column.looks, ())
    made = column.as_in(before, f"as in the saved mapping “{name}”", "chosen")
    if before.consent and before.consent.is_answered:
        made = replace(made, consent=before.consent)
    return replace(made, read_as=before.read_as) if can_be_read_so else made

"""Which lists hold for whom, what was added to them, and by which version something was judged."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, Q, QuerySet

from imports.audit import acts, trail
from imports.do_not_import import hashes
from imports.do_not_import.entries import Entry, Line
from imports.errors import BadInput, WrongState
from imports.models import (
    Customer,
    DoNotImportList,
    Import,
    ImportState,
    ListAddition,
    ListEntry,
)
from portal.models import Team, User

SLICE = 10_000
_STORE = """
    INSERT INTO imports_listentry (list_id, addition_id, kind, digest, hint)
    SELECT %s, %s, e.* FROM unnest(%s::text[], %s::bytea[], %s::text[]) AS e
"""
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_NUMBER = re.compile(r"\d(?:[ ()./-]*\d){6}")

# By which version of both lists a batch or import of a customer is to be judged.
VERSION = """
    (coalesce((SELECT d.version FROM imports_donotimportlist d WHERE d.customer_id = {customer}), 0)
     + coalesce((SELECT d.version FROM imports_customer c JOIN imports_donotimportlist d
                   ON d.team_id = c.team_id AND d.customer_id IS NULL WHERE c.id = {customer}), 0))
"""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose list it is: a customer's, or that of a whole team."""

    team: Team
    customer: Customer | None = None

    @property
    def name(self) -> str:
        return self.customer.name if self.customer else self.team.name

    @property
    def kind(self) -> str:
        """A code for addresses and events."""
        return "customer" if self.customer else "team"

    @property
    def slug(self) -> str:
        return self.customer.slug if self.customer else self.team.slug


@dataclass(frozen=True, slots=True)
class Origin:
    """Where entries are from."""

    way: ListAddition.Way
    source: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a line: `added`, `there` (already) or `unread`."""

    line: Line
    verdict: str


def of(owner: Owner) -> DoNotImportList | None:
    """The owner's list; None while nothing was ever added to it."""
    return DoNotImportList.objects.filter(team=owner.team, customer=owner.customer).first()


def holding_for(customer: Customer) -> list[DoNotImportList]:
    """The customer's own list and that of its team, as far as there are any; its own first."""
    ours = Q(customer=customer) | Q(customer=None, team=customer.team_id)
    found = DoNotImportList.objects.filter(ours).select_related("customer", "team")
    return list(found.order_by(F("customer").asc(nulls_last=True)))


def version_for(customer_id: int) -> int:
    """By which version of the lists rows of the customer are to be judged.

    Asked before the entries are read: what comes in between is then not taken for looked at.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {VERSION.format(customer='%(id)s')}", {"id": customer_id})
        return int(cursor.fetchone()[0])


@transaction.atomic
def add(owner: Owner, user: User | None, lines: Iterable[Line], origin: Origin) -> list[Told]:
    """Put what was read on the list, and tell of each line what became of it."""
    lines = list(lines)
    if not any(line.entry for line in lines):
        return [Told(line, "unread") for line in lines]
    hashes.make_key()
    locked = _locked(owner)
    found, new = _sift(locked, lines)
    if new:
        addition = ListAddition.objects.create(
            list=locked, way=origin.way, source=origin.source, reason=origin.reason, added_by=user
        )
        _store(addition, new)
        _changed(locked)
        counts = {"added": len(new), "way": str(origin.way), "addition": addition.pk}
        _record(acts.LISTED, owner, user, counts)
    return found


def _sift(
    locked: DoNotImportList, lines: Sequence[Line]
) -> tuple[list[Told], dict[hashes.Digest, Entry]]:
    """Tell what is there already, also of the lines before; and what is new."""
    hasher = hashes.Hasher()
    digests = [_digest(one.entry, hasher) if one.entry else None for one in lines]
    there = known([locked], [one for one in digests if one])
    found: list[Told] = []
    new: dict[hashes.Digest, Entry] = {}
    for line, digest in zip(lines, digests, strict=True):
        if line.entry is None or digest is None:
            found.append(Told(line, "unread"))
        elif digest in there or digest in new:
            found.append(Told(line, "there"))
        else:
            new[digest] = line.entry
            found.append(Told(line, "added"))
    return found, new


def _digest(entry: Entry, hasher: hashes.Hasher) -> hashes.Digest:
    return entry.kind.value, hasher.of(entry.kind, entry.value)


def known(
    lists: Iterable[DoNotImportList], digests: Sequence[hashes.Digest]
) -> dict[hashes.Digest, int]:
    """Return which of these are on the lists, each with its addition; that of the first list."""
    found: dict[hashes.Digest, int] = {}
    for one in lists:
        for at in range(0, len(digests), SLICE):
            part = digests[at : at + SLICE]
            entries = one.entries.filter(digest__in=[digest for _, digest in part])
            for kind, digest, addition in entries.values_list("kind", "digest", "addition"):
                found.setdefault((kind, bytes(digest)), addition)
    return found


def _store(addition: ListAddition, new: dict[hashes.Digest, Entry]) -> None:
    with connection.cursor() as cursor:
        for at in range(0, len(new), SLICE):
            part = list(islice(new.items(), at, at + SLICE))
            kinds = [kind for (kind, _), _ in part]
            digests = [digest for (_, digest), _ in part]
            hints = [entry.hint for _, entry in part]
            cursor.execute(_STORE, [addition.list_id, addition.pk, kinds, digests, hints])


@transaction.atomic
def remove(owner: Owner, user: User, entry_id: int) -> None:
    """Take one entry off the list. Raises WrongState when somebody else did."""
    locked = _locked(owner)
    entry = locked.entries.filter(pk=entry_id).first()
    if entry is None:
        raise WrongState("This entry is no longer on the list: somebody removed it.")
    facts = {"removed": 1, "kind": entry.kind, "addition": entry.addition_id}
    entry.delete()
    _changed(locked)
    _record(acts.UNLISTED, owner, user, facts)


@transaction.atomic
def remove_addition(owner: Owner, user: User, addition_id: int) -> int:
    """Take all off the list that was added at once. Raises WrongState when nothing is left."""
    locked = _locked(owner)
    entries = locked.entries.filter(addition=addition_id)
    count = entries.count()
    if not count:
        raise WrongState("Nothing of this is on the list any more: somebody removed it.")
    entries._raw_delete(entries.db)  # noqa: SLF001 - nothing refers to them
    _changed(locked)
    _record(acts.UNLISTED, owner, user, {"removed": count, "addition": addition_id})
    return count


def is_listed(owner: Owner, line: Line) -> ListAddition | None:
    """Return with what this came onto the owner's list; None when it is not on it."""
    kept = of(owner)
    if kept is None or line.entry is None or not kept.entries.exists():
        return None
    hasher = hashes.Hasher()
    entry = line.entry
    digests = [_digest(entry, hasher)]
    if entry.kind == ListEntry.Kind.EMAIL:
        digests += [(ListEntry.Kind.DOMAIN.value, one) for one in hasher.domains(entry.value)]
    found = known([kept], digests)
    additions = [found[one] for one in digests if one in found]
    return ListAddition.objects.filter(pk__in=additions[:1]).select_related("added_by").first()


def counts(kept: DoNotImportList | None) -> dict[str, int]:
    """Return how many entries of each kind there are."""
    if kept is None:
        return dict.fromkeys(ListEntry.Kind.values, 0)
    found = dict(kept.entries.values_list("kind").annotate(n=Count("id")))
    return {kind: found.get(kind, 0) for kind in ListEntry.Kind.values}


def sources(kept: DoNotImportList | None) -> QuerySet[ListAddition]:
    """What was added, the newest first, each with how many of its entries are still there."""
    found = ListAddition.objects.filter(list=kept).select_related("added_by")
    return found.annotate(count=Count("entries")).filter(count__gt=0).order_by("-id")


def region_of(owner: Owner) -> str:
    """Return for what phones without a country code are taken: a team has no region of its own."""
    if owner.customer:
        return owner.customer.region
    regions = owner.team.customers.values_list("region").annotate(n=Count("id"))
    most = regions.order_by("-n", "region").first()
    return most[0] if most else "US"


def in_review(owner: Owner) -> list[int]:
    """Return the imports whose review the owner's list bears on."""
    found = Import.objects.filter(state=ImportState.REVIEW, customer__team=owner.team)
    if owner.customer:
        found = found.filter(customer=owner.customer)
    return list(found.order_by("pk").values_list("pk", flat=True))


def read_words(text: str) -> str:
    """Tidy a source or reason. Raises BadInput where it holds what the list is not to hold."""
    text = " ".join(text.split())
    if "@" in text or _NUMBER.search(_DATE.sub("", text)):
        raise BadInput(
            "Write no address or phone here: the list keeps none in the clear. Say where the "
            "entries are from, or why, in words."
        )
    return text


def _locked(owner: Owner) -> DoNotImportList:
    made, _ = DoNotImportList.objects.get_or_create(team=owner.team, customer=owner.customer)
    return DoNotImportList.objects.select_for_update().get(pk=made.pk)


def _changed(locked: DoNotImportList) -> None:
    DoNotImportList.objects.filter(pk=locked.pk).update(version=F("version") + 1)


def _record(act: str, owner: Owner, user: User | None, facts: dict[str, Any]) -> None:
    facts = {"list": owner.kind, **facts}
    trail.record(act, actor=user, team=owner.team, customer=owner.customer, facts=facts)

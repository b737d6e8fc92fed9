"""Who of a customer's rows is on the lists that hold for the customer."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.db import connection

from imports.do_not_import import lists
from imports.do_not_import.hashes import Digest, Hasher
from imports.models import DoNotImportList, ListAddition, ListEntry

EMAIL, PHONE, DOMAIN = (kind.value for kind in ListEntry.Kind)
FEW = 5_000  # rows for which the lists are asked, instead of read as a whole
_ENTRIES = "SELECT kind, digest, addition_id FROM imports_listentry WHERE list_id = %s"
_WHAT = {
    EMAIL: "Its e-mail is",
    PHONE: "Its phone, by the last ten digits, is",
    DOMAIN: "The domain of its e-mail is",
}


# A row's number and what MEGA would know its lead by: `email_key` and `phone_key`.
Person = tuple[int, str | None, str | None]


class Hit(NamedTuple):
    """A row that must not be imported, by what of it, and the addition that says so."""

    number: int
    kind: str
    addition: int


def hits(kept: Sequence[DoNotImportList], people: Iterable[Person], *, few: bool) -> Iterator[Hit]:
    """Give the rows that are on one of the lists, one hit each.

    An address counts more than a phone, and that more than a domain; the first list more than the
    others. With `few` the rows are at most FEW, and the lists may be long.
    """
    if not ListEntry.objects.filter(list__in=kept).exists():
        return
    hasher = Hasher()
    if few:
        people = list(people)
        digests = {one for person in people for one in _digests(person, hasher)}
        yield from _found(people, hasher, lists.known(kept, list(digests)))
    else:
        yield from _found(people, hasher, _whole(kept))


def _found(people: Iterable[Person], hasher: Hasher, known: dict[Digest, int]) -> Iterator[Hit]:
    """Only what is asked for is hashed: that takes most of the time."""
    emails, phones, domains = (_of(kind, known) for kind in (EMAIL, PHONE, DOMAIN))
    by_email, by_phone, by_domain = hasher.email, hasher.phone, hasher.domains
    for number, email, phone in people:
        if emails and email and (addition := emails.get(by_email(email))):
            yield Hit(number, EMAIL, addition)
        elif phones and phone and (addition := phones.get(by_phone(phone))):
            yield Hit(number, PHONE, addition)
        elif domains and email:
            found = next((domains[one] for one in by_domain(email) if one in domains), None)
            if found:
                yield Hit(number, DOMAIN, found)


def _of(wanted: str, known: dict[Digest, int]) -> dict[bytes, int]:
    return {digest: addition for (kind, digest), addition in known.items() if kind == wanted}


def _digests(person: Person, hasher: Hasher) -> Iterator[Digest]:
    _, email, phone = person
    if email:
        yield EMAIL, hasher.email(email)
        for one in hasher.domains(email):
            yield DOMAIN, one
    if phone:
        yield PHONE, hasher.phone(phone)


def _whole(kept: Sequence[DoNotImportList]) -> dict[Digest, int]:
    found: dict[Digest, int] = {}
    for one in kept:
        with connection.chunked_cursor() as cursor:
            cursor.execute(_ENTRIES, [one.pk])
            while entries := cursor.fetchmany(lists.SLICE):
                for kind, digest, addition in entries:
                    found.setdefault((kind, bytes(digest)), addition)
    return found


def sentences(found: Iterable[Hit]) -> dict[tuple[str, int], str]:
    """Say for each kind and addition why a row is kept back: which list, and from where it is."""
    wanted = {(hit.kind, hit.addition) for hit in found}
    additions = ListAddition.objects.select_related("list__customer", "list__team")
    by_id = additions.in_bulk({addition for _, addition in wanted})
    said = {}
    for kind, addition in wanted:
        one = by_id[addition]
        whose = one.list.customer or f"the team {one.list.team}"
        said[kind, addition] = (
            f"{_WHAT[kind]} on the do-not-import list of {whose} (source: {one})."
        )
    return said

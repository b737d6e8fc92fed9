"""The leads of each customer, found by e-mail and phone; changes are drafted, then committed."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from imports.mega.sandbox.matching import e164, email_key, phone_key

_PLAIN = (
    "contact_name",
    "contact_email",
    "source_platform",
    "source_type",
    "stage_slug",
    "owner_id",
    "lead_line",
)


@dataclass(slots=True)
class Lead:
    """A lead as it is kept; times are ISO 8601 in UTC."""

    id: str
    customer_id: str
    created_at: str
    updated_at: str
    contact_name: str | None = None
    contact_phone: str | None = None
    contact_email: str | None = None
    source_platform: str | None = None
    source_type: str | None = None
    stage_slug: str | None = None
    owner_id: str | None = None
    lead_line: str | None = None
    status: str = "open"
    last_interaction_at: str | None = None  # imported leads are inert: nobody had to do with them
    interaction_count: int = 0
    custom_fields: dict[str, Any] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """Return all of it by name; `Lead(**facts)` is the same lead."""
        return {name: getattr(self, name) for name in _NAMES}

    def merged(self, row: Mapping[str, Any], custom: Mapping[str, Any], now: str) -> "Lead":
        """Return this lead with what the row brings; what it leaves out stays."""
        changes = {name: row[name] for name in _PLAIN if row.get(name)}
        if row.get("contact_phone"):
            changes["contact_phone"] = e164(row["contact_phone"])
        if "owner_id" in changes:
            changes["owner_id"] = changes["owner_id"].lower()
        all_custom = {**self.custom_fields, **custom}
        return replace(self, **changes, custom_fields=all_custom, updated_at=now)


_NAMES = tuple(one.name for one in fields(Lead))


class Book:
    """All leads of one customer, in the order in which they were created."""

    def __init__(self) -> None:
        self.leads: dict[str, Lead] = {}
        self.by_email: dict[str, str] = {}
        self.by_phone: dict[str, str] = {}

    def put(self, lead: Lead) -> None:
        """Add a lead or replace it; who already has an e-mail or phone keeps it for matching."""
        old = self.leads.get(lead.id)
        if old is not None:
            _forget(self.by_email, email_key(old.contact_email), old.id)
            _forget(self.by_phone, phone_key(old.contact_phone), old.id)
        self.leads[lead.id] = lead
        _remember(self.by_email, email_key(lead.contact_email), lead.id)
        _remember(self.by_phone, phone_key(lead.contact_phone), lead.id)


class Draft:
    """What the rows of one request would change, seen by its later rows, not yet by others."""

    def __init__(self, book: Book) -> None:
        self._base = book
        self._over = Book()

    def find(self, row: Mapping[str, Any]) -> tuple[Lead, str] | tuple[None, None]:
        """Return the lead that a row matches and by what; the e-mail goes before the phone."""
        email = email_key(row.get("contact_email"))
        found = self._lookup("by_email", email) if email else None
        if found is not None:
            return found, "email"
        phone = phone_key(row.get("contact_phone"))
        found = self._lookup("by_phone", phone) if phone else None
        return (found, "phone") if found is not None else (None, None)

    def _lookup(self, index: str, key: str) -> Lead | None:
        """Look among the drafted first; a lead that was redrafted counts as it is now."""
        drafted = getattr(self._over, index).get(key)
        if drafted is not None:
            return self._over.leads[drafted]
        kept = getattr(self._base, index).get(key)
        return self._base.leads[kept] if kept and kept not in self._over.leads else None

    def put(self, lead: Lead) -> None:
        """Draft a new or a changed lead."""
        self._over.put(lead)

    def is_new(self, lead: Lead) -> bool:
        """Whether the lead exists only in this draft."""
        return lead.id not in self._base.leads

    def commit(self) -> list[Lead]:
        """Write the draft into the book; return the leads that are new or changed."""
        changed = list(self._over.leads.values())
        for lead in changed:
            self._base.put(lead)
        return changed


class Store:
    """The books of all customers."""

    def __init__(self) -> None:
        self._books: dict[str, Book] = {}

    def book(self, customer_id: str) -> Book:
        """Return a customer's book."""
        return self._books.setdefault(customer_id.lower(), Book())

    def add(self, lead: Lead) -> None:
        """Put a lead that was kept from an earlier run."""
        self.book(lead.customer_id).put(lead)

    def newest(self, customer_id: str | None = None) -> Iterator[Lead]:
        """Yield leads, the last created of each customer first."""
        books = [self.book(customer_id)] if customer_id else list(self._books.values())
        for book in books:
            yield from reversed(list(book.leads.values()))

    def counts(self) -> dict[str, int]:
        """Return how many leads each customer has."""
        return {customer: len(book.leads) for customer, book in list(self._books.items())}

    def clear(self) -> None:
        """Forget all leads."""
        self._books.clear()


def new_lead(customer_id: str, now: str, stage_slug: str | None) -> Lead:
    """Return an empty lead with an id of its own."""
    return Lead(str(uuid.uuid4()), customer_id, now, now, stage_slug=stage_slug)


def _forget(index: dict[str, str], key: str | None, lead_id: str) -> None:
    if key is not None and index.get(key) == lead_id:
        del index[key]


def _remember(index: dict[str, str], key: str | None, lead_id: str) -> None:
    if key is not None:
        index.setdefault(key, lead_id)

"""The one way to write an event: in the transaction of the act that it tells of."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.utils import timezone

from imports.audit import acts, canonical
from imports.models import Chain, Customer, Event, Import
from portal.models import Team, User

MAX_LIST = 100
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CODE = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_ONLY_DIGITS = re.compile(r"\d{5,15}")  # a number is an int; as text it would be a phone


def record(
    act: str,
    *,
    actor: User | AnonymousUser | None,
    team: Team | None = None,
    customer: Customer | None = None,
    lead_import: Import | None = None,
    facts: dict[str, Any] | None = None,
) -> Event:
    """Append an event to the chain of its team, or of the site when no team is concerned.

    Call it last in the transaction: it locks the chain until commit, and the chain comes last in
    the order of locks (batch → import → chain). The team follows from `lead_import` or `customer`
    when it is not given. `facts` maps lower-case names to ints, bools, short codes
    (`[A-Za-z0-9_.:-]`, at most 64) or lists of those, so that no name, e-mail, phone or free text
    gets in. Raises ValueError for other facts or an unknown act, and RuntimeError outside of a
    transaction: both are mistakes in the code that calls.
    """
    _refuse(act)
    customer = customer or (lead_import.customer if lead_import else None)
    chain = _locked_chain(team or (customer.team if customer else None))
    event = _next(
        chain,
        act=act,
        actor=actor,
        customer_id=customer.pk if customer else None,
        import_id=lead_import.pk if lead_import else None,
        facts=facts or {},
    )
    event.save(force_insert=True)
    _move_on(chain, [event])
    return event


def record_each(
    act: str,
    *,
    actor: User | AnonymousUser | None,
    told: Iterable[tuple[Customer, dict[str, Any]]],
) -> None:
    """Append an event for each customer, with its facts, as `record` would one by one.

    Thousands at once: each team's chain is locked once (in the order of their ids), its events are
    stored together, and it moves on in one go. What else `record` asks holds here as well.
    """
    _refuse(act)
    by_team: dict[int, list[tuple[Customer, dict[str, Any]]]] = defaultdict(list)
    for customer, facts in told:
        by_team[customer.team_id].append((customer, facts))
    for _team_id, of_team in sorted(by_team.items()):
        chain = _locked_chain(of_team[0][0].team)
        events = [
            _next(chain, act=act, actor=actor, customer_id=one.pk, import_id=None, facts=facts)
            for one, facts in of_team
        ]
        Event.objects.bulk_create(events)
        _move_on(chain, events)


def _refuse(act: str) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"The event {act!r} was recorded outside of a transaction.")
    if act not in acts.LABELS:
        raise ValueError(f"{act!r} is not an act; add it to imports/audit/acts.py.")


def _next(
    chain: Chain,
    *,
    act: str,
    actor: User | AnonymousUser | None,
    customer_id: int | None,
    import_id: int | None,
    facts: dict[str, Any],
) -> Event:
    """The event that follows the chain's head, and is it from now on; not stored yet."""
    previous = bytes(chain.head)
    event = Event(
        chain=chain,
        position=chain.length + 1,
        at=timezone.now(),
        actor=actor if isinstance(actor, User) else None,
        act=act,
        customer_id=customer_id,
        import_id=import_id,
        facts=_checked(facts),
        previous=previous,
    )
    event.digest = canonical.digest(previous, event)
    chain.length, chain.head = event.position, event.digest
    return event


def _move_on(chain: Chain, events: Iterable[Event]) -> None:
    """Event by event: the database lets a chain grow in no other way."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE imports_chain SET length = %s, head = %s WHERE id = %s",
            [(event.position, bytes(event.digest), chain.pk) for event in events],
        )


def _locked_chain(team: Team | None) -> Chain:
    """The team's chain with its row locked; made on the first event."""
    chains = Chain.objects.select_for_update().filter(team=team)
    chain = chains.first()
    if chain is None:
        Chain.objects.bulk_create([Chain(team=team)], ignore_conflicts=True)
        chain = chains.get()
    return chain


def _checked(facts: dict[str, Any]) -> dict[str, Any]:
    for key, value in facts.items():
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} is not the name of a fact.")
        items = value if isinstance(value, list) else [value]
        if len(items) > MAX_LIST or not all(_is_plain(item) for item in items):
            raise ValueError(f"The fact {key!r} is neither a number, a flag, a code nor a list.")
    return facts


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return bool(_CODE.fullmatch(value)) and not _ONLY_DIGITS.fullmatch(value)
    return isinstance(value, bool | int)

"""Histories of an agency's customers, made by chance and always alike: which files they import.

Customers live in metropolitan areas, a few sell all over the country. Their files are exports of
their own CRM (most people in them went before), lists of suppliers (some sell a lead to several
customers), and lists of events. Layouts belong to CRMs and suppliers, so customers share them.
Some customers have guests from elsewhere each summer and winter, some move to a second area for
good, all change a supplier once, and some join late.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

AREAS = (
    ("206", "425", "253"), ("512", "737"), ("305", "786"), ("303", "720"), ("617", "857"),
    ("602", "480", "623"), ("702", "725"), ("404", "470", "678"), ("312", "773"), ("619", "858"),
    ("503", "971"), ("215", "267"),
)  # fmt: skip
POOL = 20_000  # people of an area
MONTHS = 24
FRIENDS = ("gmail.com", "gmail.com", "yahoo.com", "outlook.com", "icloud.com", "comcast.net")
SHARED = 0.35  # of a month's leads of a supplier who sells them to several
SEASON = (5, 6, 11)  # months of a year


@dataclass(frozen=True, slots=True)
class Supplier:
    name: str
    is_shared: bool


@dataclass(slots=True)
class Client:
    """A customer and its habits; `sent` are people, oldest first."""

    place: int
    areas: list[int]
    since: int
    crm: str
    suppliers: list[Supplier]
    season: int | None = None
    moves: int | None = None  # the month in which it opens a second office
    sent: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class File:
    """What a client imports: people are "area.number"."""

    client: int
    month: int
    kind: str
    layout: str
    people: Sequence[str]


def histories(clients: int, seed: int, months: int = MONTHS) -> Iterator[File]:
    """Give the files of all clients in the order of time."""
    dice = random.Random(seed)
    suppliers = [Supplier(f"supplier {n}", n % 2 == 0) for n in range(10)]
    everybody = [_client(dice, place, clients, suppliers, months) for place in range(clients)]
    for month in range(months):
        _change(dice, everybody, suppliers, month)
        lists: dict[tuple[str, int], list[str]] = {}
        for one in dice.sample(everybody, len(everybody)):
            if month >= one.since and (month == one.since or dice.random() < 0.6):
                made = _file(dice, one, month, lists)
                one.sent.extend(made.people)
                yield made


def contact(person: str) -> tuple[str, str]:
    """Return a person's e-mail and phone; every tenth is at a company's domain."""
    area, number = map(int, person.split("."))
    n = area * POOL + number
    codes = AREAS[area]
    domain = f"firm-{area}-{number % 700}.com" if n % 10 == 0 else FRIENDS[n % len(FRIENDS)]
    return f"p{n}@{domain}", f"+1{codes[n % len(codes)]}{2_000_000 + n:07d}"


def _client(
    dice: random.Random, place: int, clients: int, suppliers: list[Supplier], months: int
) -> Client:
    everywhere = place % 10 == 9
    home = place % len(AREAS)
    return Client(
        place=place,
        areas=list(range(len(AREAS))) if everywhere else [home],
        since=dice.randrange(months // 2, months) if place % 6 == 5 else dice.randrange(4),
        crm=f"crm {dice.randrange(4)}",
        suppliers=dice.sample(suppliers, dice.randint(1, 3)),
        season=dice.randrange(len(AREAS)) if dice.random() < 0.25 else None,
        moves=dice.randrange(6, months) if place % 15 == 7 else None,
    )


def _change(
    dice: random.Random, everybody: list[Client], suppliers: list[Supplier], month: int
) -> None:
    for one in everybody:
        if dice.random() < 1 / MONTHS:
            one.suppliers[dice.randrange(len(one.suppliers))] = dice.choice(suppliers)
        if one.moves == month:
            one.areas.append(dice.choice([n for n in range(len(AREAS)) if n not in one.areas]))


def _file(
    dice: random.Random, one: Client, month: int, lists: dict[tuple[str, int], list[str]]
) -> File:
    size = dice.randint(30, 300) if dice.random() < 0.1 else dice.randint(80, 300)
    kind = dice.choices(["crm", "supplier", "event"], [30, 55, 15])[0] if one.sent else "crm"
    if kind == "crm":
        known = dice.uniform(0.6, 0.95) if one.sent else 0.0
        people = _again(dice, one, round(size * known), len(one.sent))
        people += _fresh(dice, one, month, size - len(people))
        return _of(one, month, kind, one.crm, people)
    again = _again(dice, one, round(size * dice.uniform(0.0, 0.15)), 400)
    if kind == "event":
        people = again + _fresh(dice, one, month, size - len(again))
        return _of(one, month, kind, f"event {one.place} {month}", people)
    supplier = dice.choice(one.suppliers)
    bought = _bought(dice, one, supplier, month, lists, size - len(again))
    return _of(one, month, kind, supplier.name, again + bought)


def _of(one: Client, month: int, kind: str, layout: str, people: list[str]) -> File:
    return File(one.place, month, kind, layout, list(dict.fromkeys(people)))


def _again(dice: random.Random, one: Client, count: int, latest: int) -> list[str]:
    """Some of those who went before, of the latest so many."""
    known = list(dict.fromkeys(one.sent[-latest:])) if latest else []
    return dice.sample(known, min(count, len(known)))


def _fresh(dice: random.Random, one: Client, month: int, count: int) -> list[str]:
    return [f"{_area(dice, one, month)}.{dice.randrange(POOL)}" for _ in range(count)]


def _area(dice: random.Random, one: Client, month: int) -> int:
    if one.season is not None and month % 12 in SEASON and dice.random() < 0.5:
        return one.season
    return dice.choice(one.areas)


def _bought(
    dice: random.Random,
    one: Client,
    supplier: Supplier,
    month: int,
    lists: dict[tuple[str, int], list[str]],
    count: int,
) -> list[str]:
    """Leads of a supplier: its own, or part of the month's list that others buy from as well."""
    area = _area(dice, one, month)
    if not supplier.is_shared:
        return [f"{area}.{dice.randrange(POOL)}" for _ in range(count)]
    key = (supplier.name, area)
    if key not in lists:
        lists[key] = [f"{area}.{number}" for number in dice.sample(range(POOL), 600)]
    return dice.sample(lists[key], min(count, round(600 * SHARED)))

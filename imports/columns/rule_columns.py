"""By which columns a customer's rules are judged, and which rule has none in a file."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.utils import timezone

from imports.columns import bars, countries, headers, rules
from imports.columns.mapping import Mapping
from imports.columns.rules import Kind, Rules
from imports.models import Import, Origin


def found(made: Mapping, lead_import: Import) -> tuple[Mapping, Rules]:
    """Return the mapping with a column for what each rule asks, where one is called so, and the
    customer's rules as they stand today.

    Old values that are put back are of leads that the customer has: no rule is asked of them.
    """
    today = timezone.localdate()
    if lead_import.origin == Origin.REPAIR:
        return made, Rules(today)
    asked = rules.of_customer(lead_import.customer, today)
    headings = [column.header for column in made.columns]
    places = {
        kind: rules.called(kind, headings, lead_import.masked)
        for kind in _kinds(asked)
        if getattr(made.rules, kind) is None
    }
    new = {kind: place for kind, place in places.items() if place is not None}
    if new:
        made = replace(made, rules=replace(made.rules, **new))
    return _with_country(made, headings, asked, lead_import), asked


def _with_country(
    made: Mapping, headings: Sequence[str], asked: Rules, lead_import: Import
) -> Mapping:
    """Without phones nobody looked for a column of countries yet."""
    if not asked.countries or bars.tells_country(made):
        return made
    for place, heading in enumerate(headings):
        if headers.squash(heading) in countries.HEADINGS and place not in lead_import.masked:
            return replace(made, country=place)
    return made


def _kinds(asked: Rules) -> Iterator[Kind]:
    if asked.age:
        yield "birth"
    if asked.days:
        yield "lead_date"
    if asked.proof:
        yield "proof"


def missing(made: Mapping, asked: Rules | None) -> list[str]:
    """The codes of the rules that cannot be judged: no column tells what they ask."""
    if asked is None:
        return []
    places = {"birth": bars.AGE, "lead_date": bars.DATE, "proof": bars.PROOF}
    lost = [places[kind] for kind in _kinds(asked) if getattr(made.rules, kind) is None]
    if asked.countries and not bars.tells_country(made):
        lost.append(bars.COUNTRY)
    return lost


def said(asked: Rules) -> list[str]:
    """The rules in words: what the customer's leads are to be."""
    named = " or ".join(map(countries.name, asked.countries))
    found = (
        asked.age and f"at least {asked.age} years old",
        asked.days and f"not older than {asked.days:,} day{'s'[: asked.days != 1]}",
        named and f"of {named}",
        asked.proof and "with a proof of consent",
    )
    return [words for words in found if words]


def told_by(made: Mapping, asked: Rules) -> list[tuple[str, str]]:
    """Each rule in words, with the name of the column by which it is judged; "" where none is."""
    names, places = made.names, made.rules
    country = "the phone" if made.country is None and bars.tells_country(made) else ""
    told: list[tuple[object, int | None, str]] = [
        (asked.age, places.birth, ""),
        (asked.days, places.lead_date, ""),
        (asked.countries, made.country, country),
        (asked.proof, places.proof, ""),
    ]
    columns = [names[place] if place is not None else other for is_asked, place, other in told
               if is_asked]  # fmt: skip
    return list(zip(said(asked), columns, strict=True))

"""What stands in a row itself and keeps it back: no consent, or a rule of the customer's.

Compiled once for a mapping. A row that nothing bars costs nothing but the question, and a mapping
without such columns and rules not even that.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

import phonenumbers

from imports.columns import clean, countries, dates, problems
from imports.columns.consent import Consent
from imports.columns.mapping import Mapping, fold_cell
from imports.columns.rules import Rules

OPT_OUT, UNCLEAR = "opt_out", "opt_out_unclear"
AGE, DATE, COUNTRY, PROOF = "rule_age", "rule_date", "rule_country", "rule_proof"
OF_CONSENT: Final = (OPT_OUT, UNCLEAR)
OF_RULES: Final = (AGE, DATE, COUNTRY, PROOF)
CODES: Final = (*OF_CONSENT, *OF_RULES)

_SAID: Final = {
    OPT_OUT: ", which forbids contact.",
    UNCLEAR: ", and nobody has said whether that forbids contact.",
}


class Bar(NamedTuple):
    """Why a row is kept back: a code of `review.holds`, and the sentence."""

    code: str
    why: str


Judge = Callable[[Sequence[str], str], Bar | None]
"""Given a row's cells, and its phone as it is sent."""


class Bars:
    """What bars rows under one mapping."""

    __slots__ = ("_consents", "_rules")

    def __init__(self, consents: Sequence[Judge], rules: Sequence[Judge]) -> None:
        self._consents, self._rules = tuple(consents), tuple(rules)

    def of_row(self, cells: Sequence[str], phone: str) -> tuple[str, str]:
        """The codes, with spaces between, and as many sentences, one in each line."""
        said = filter(None, (judge(cells, phone) for judge in self._consents))
        # Of several columns the most restrictive counts.
        found = sorted(said, key=lambda bar: CODES.index(bar.code))[:1]
        found += filter(None, (judge(cells, phone) for judge in self._rules))
        return " ".join(bar.code for bar in found), "\n".join(bar.why for bar in found)


def of(mapping: Mapping, rules: Rules | None) -> Bars | None:
    """What bars rows; None where nothing does. Rules whose column is not there bar none."""
    names = mapping.names
    consents = [
        _by_consent(column.index, names[column.index], column.consent)
        for column in mapping.columns
        if column.consent and column.consent.counts
    ]
    judges = [*_by_rules(mapping, names, rules)] if rules else []
    return Bars(consents, judges) if consents or judges else None


def _by_consent(place: int, name: str, consent: Consent) -> Judge:
    codes = dict.fromkeys(map(fold_cell, consent.allows), "")
    codes |= dict.fromkeys(map(fold_cell, consent.forbids), OPT_OUT)
    others = {"forbids": OPT_OUT, "allows": ""}.get(consent.others, UNCLEAR)

    def judge(cells: Sequence[str], _phone: str) -> Bar | None:
        cell = cells[place] if place < len(cells) else ""
        code = codes.get(fold_cell(cell), others)
        return Bar(code, _says(name, cell) + _SAID[code]) if code else None

    return judge


def _by_rules(mapping: Mapping, names: Sequence[str], rules: Rules) -> Iterator[Judge]:
    places = mapping.rules
    if rules.age and places.birth is not None:
        orders = dates.orders(mapping.columns[places.birth])
        yield partial(_too_young, places.birth, names[places.birth], orders, rules)
    if rules.days and places.lead_date is not None:
        orders = dates.orders(mapping.columns[places.lead_date])
        yield partial(_too_old, places.lead_date, names[places.lead_date], orders, rules)
    if rules.countries and tells_country(mapping):
        place = mapping.country
        yield partial(_elsewhere, place, names[place] if place is not None else "", rules)
    if rules.proof and places.proof is not None:
        yield partial(_unproven, places.proof, names[places.proof])


def tells_country(mapping: Mapping) -> bool:
    """Whether rows have a country: a column of it, or phones."""
    return mapping.country is not None or "contact_phone" in mapping.targets


def _too_young(
    place: int, name: str, orders: dates.Orders, rules: Rules, cells: Sequence[str], _phone: str
) -> Bar | None:
    cell = _cell(place, cells)
    born = dates.read(cell, orders, before=rules.on)
    asked = f"the customer's leads are {rules.age} years old at least."
    if not born:
        return Bar(AGE, _unread(name, cell) + asked)
    age = min(dates.years(day, rules.on) for day in born)  # read in two ways, the younger counts
    if age >= rules.age:
        return None
    when = f"under {rules.age} on {dates.shown(rules.on)}" if age >= 0 else "not born yet"
    return Bar(AGE, f"{_says(name, cell)}: {when}, and {asked}")


def _too_old(
    place: int, name: str, orders: dates.Orders, rules: Rules, cells: Sequence[str], _phone: str
) -> Bar | None:
    cell = _cell(place, cells)
    found = dates.read(cell, orders)
    asked = f"the customer's leads are {rules.days} days old at most."
    if not found:
        return Bar(DATE, _unread(name, cell) + asked)
    old = (rules.on - min(found)).days  # read in two ways, the older counts
    if old <= rules.days:
        return None
    return Bar(DATE, f"{_says(name, cell)}: {old} days before {dates.shown(rules.on)}, and {asked}")


def _elsewhere(
    place: int | None, name: str, rules: Rules, cells: Sequence[str], phone: str
) -> Bar | None:
    cell = clean.one_line(_cell(place, cells)) if place is not None else ""
    is_told = bool(cell) and not clean.is_nothing(cell)
    region = countries.region_of(cell, "") if is_told else _region_of(phone)
    if region in rules.countries:
        return None
    wanted = ", ".join(map(countries.name, rules.countries))
    asked = f"the customer's leads are of: {wanted}."
    if is_told:
        return Bar(COUNTRY, f"{_says(name, cell)}, and {asked}")
    if region:
        return Bar(COUNTRY, f"Its phone is of {countries.name(region)}, and {asked}")
    return Bar(COUNTRY, f"Nothing tells its country, and {asked}")


def _region_of(phone: str) -> str:
    if not phone:
        return ""
    return phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or ""


def _unproven(place: int, name: str, cells: Sequence[str], _phone: str) -> Bar | None:
    cell = clean.one_line(_cell(place, cells))
    if cell and not clean.is_nothing(cell):
        return None
    return Bar(PROOF, f"{_says(name, cell)}, and the customer wants a proof of consent.")


def _cell(place: int, cells: Sequence[str]) -> str:
    return cells[place] if place < len(cells) else ""


def _says(name: str, cell: str) -> str:
    shown = problems.shorten(cell)
    return f"Column “{name}” says “{shown}”" if shown else f"Column “{name}” is blank"


def _unread(name: str, cell: str) -> str:
    no_date = ", which is no date that can be read" if cell.strip() else ""
    return f"{_says(name, cell)}{no_date}, and "

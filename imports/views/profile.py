"""What the review shows of the customer: how its files are read, what it wants, what was said."""

from typing import Any

from django.utils import timezone

from imports.columns import fields, fit, formats, memory, rule_columns
from imports.columns.consent import Consent
from imports.columns.mapping import Mapping
from imports.columns.rules import Rules, of_customer
from imports.delivery import overwrite_choice
from imports.models import Import, ReviewAct
from imports.review import holds, origins, overrides
from imports.views import whom


def beside(lead_import: Import) -> dict[str, Any]:
    """The customer's profile, overrides, and where the leads come from."""
    version = lead_import.mapping
    made = memory.mapping_of(lead_import)
    if made is None or version is None:
        return {}
    asked = Rules.from_json(version.rules)
    return {
        "profile": _facts(lead_import, made),
        "rules_on": asked.on if asked else None,
        "overrides": set_aside(lead_import),
        "provenance_form": whom.provenance_form(lead_import),
        "provenance": origins.facts(origins.of(lead_import)),
    }


def record(lead_import: Import) -> dict[str, Any]:
    """For the report: what stays on record of it."""
    version = lead_import.mapping
    asked = Rules.from_json(version.rules) if version else None
    return {
        "overrides": set_aside(lead_import),
        "overwriting": overwrite_choice.record(lead_import),
        "provenance": origins.facts(origins.of(lead_import)),
        "rules": rule_columns.said(asked) if asked else [],
        "rules_on": asked.on if asked else None,
    }


def set_aside(lead_import: Import) -> list[tuple[str, ReviewAct]]:
    """What managers set aside, in words."""
    return [(holds.kind(act.about).title, act) for act in overrides.of(lead_import)]


def whom_it_reaches(lead_import: Import, made: Mapping) -> dict[str, Any]:
    """For the page of the columns: those that say who may be contacted, and those of rules."""
    today = rule_columns.found(made, lead_import)[1]
    return {"consents": _consents(made), "rules": rule_columns.told_by(made, today)}


def _consents(made: Mapping) -> list[tuple[str, Consent]]:
    named = zip(made.names, made.columns, strict=True)
    return [(name, one.consent) for name, one in named if one.consent]


def _facts(lead_import: Import, made: Mapping) -> list[tuple[str, str]]:
    """As headings and words."""
    customer = lead_import.customer
    rules = rule_columns.said(of_customer(customer, timezone.localdate()))
    needed = "required" if customer.needs_provenance else "need not be said"
    found = [
        ("Phones without a country code", f"read as in {fit.region_of(lead_import, made)}"),
        ("Dates", _dates(made)),
        ("Rows of one person", lead_import.get_duplicates_display()),
        ("Leads that MEGA has", customer.get_on_duplicate_display()),
        ("The same for every row", _constants(made)),
        ("Leads are to be", "; ".join(rules)),
        ("Where leads come from", needed),
    ]
    return [(name, words) for name, words in found if words]


def _dates(made: Mapping) -> str:
    """How the dates of its columns are read, each way once."""
    ways = (column.read_as or column.looks for column in made.columns)
    orders = [formats.WORDS[way] for way in ways if way == "dmy" or way == "mdy"]  # noqa: PLR1714
    return "; ".join(dict.fromkeys(order.removeprefix("dates, ") for order in orders))


def _constants(made: Mapping) -> str:
    return "; ".join(f"{fields.label(name)} is {value}" for name, value in made.constants.items())

"""Gates about the rows themselves: who may be contacted, what the customer wants at all."""

from typing import Final

from imports.columns import bars, consent_marks, memory, rule_columns
from imports.columns.rules import Rules
from imports.models import Import
from imports.review import overrides
from imports.review.gate import Gate

_WANTED: Final = {
    bars.AGE: "an age of at least {rules.age}, and no column is chosen that holds birth dates",
    bars.DATE: "leads that are {rules.days} days old at most, and no column is chosen that holds"
    " the day of each lead",
    bars.COUNTRY: "leads of some countries only, and the file has neither a column of countries nor"
    " phones",
    bars.PROOF: "a proof of consent, and no column is chosen that holds it",
}


def consent(lead_import: Import) -> Gate | None:
    """Open while a column says who may be contacted, and nobody said which of its values do."""
    made = memory.mapping_of(lead_import)
    if made is None:
        return None
    names = made.names
    asked = [names[place] for place in consent_marks.open_places(made, lead_import)]
    if not asked:
        return None
    named = " and ".join(f"“{name}”" for name in asked[:3])
    more = f" and {len(asked) - 3} more columns" if len(asked) > 3 else ""
    seem = "seems" if len(asked) == 1 else "seem"
    return Gate(
        "consent",
        f"Column {named}{more} {seem} to tell who must not be contacted. Say which values forbid"
        " contact before anything is sent.",
        "parts/review/gate_consent.html",
    )


def rules_changed(lead_import: Import) -> Gate | None:
    """Open when the customer's rules are others than those by which the rows were checked."""
    made, version = memory.mapping_of(lead_import), lead_import.mapping
    if made is None or version is None:
        return None
    _, today = rule_columns.found(made, lead_import)
    if (Rules.from_json(version.rules) or Rules(today.on)).is_as(today):
        return None
    return Gate(
        "rules_changed",
        f"The rules of {lead_import.customer} were changed since these rows were checked. Have all"
        " rows checked again.",
        "parts/review/gate_rules_changed.html",
    )


def missing_column(lead_import: Import) -> Gate | None:
    """Open while a rule cannot be judged, since no column tells what it asks."""
    lost = missing(lead_import)
    if not lost:
        return None
    version = lead_import.mapping
    asked = Rules.from_json(version.rules) if version else None
    said = _WANTED[lost[0]].format(rules=asked)
    return Gate(
        lost[0],
        f"{lead_import.customer} wants {said}. Choose the column, or a manager decides to send"
        " without it.",
        "parts/review/gate_missing_column.html",
    )


def missing(lead_import: Import) -> list[str]:
    """The codes of the rules that cannot be judged and that no manager overrode."""
    made, version = memory.mapping_of(lead_import), lead_import.mapping
    if made is None or version is None:
        return []
    lost = rule_columns.missing(made, Rules.from_json(version.rules))
    if not lost:
        return []
    overridden = overrides.codes(lead_import)
    return [code for code in lost if code not in overridden]

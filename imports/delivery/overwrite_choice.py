"""What people choose about fields that an update may not overwrite, and the choice in words."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from django.db import transaction
from django.db.models import Sum

from imports.audit import acts, trail
from imports.columns import fields
from imports.delivery.overwrite import Rules, brought_by
from imports.errors import WrongState
from imports.intake.celltext import count
from imports.models import Batch, DryRun, Import, ImportState, Kind, OnDuplicate, Unforeseen
from imports.review import spoken
from portal.models import User

ALWAYS, ONLY_NEW, NEVER = "always", "only_new", "never"
RULES: Final = {
    ALWAYS: "Always",
    ONLY_NEW: "Only for new leads",
    NEVER: "Never",
}


def rule_of(lead_import: Import, name: str) -> str:
    """Return the rule of a field."""
    if name in lead_import.never:
        return NEVER
    return ONLY_NEW if name in lead_import.only_new else ALWAYS


@transaction.atomic
def choose(lead_import: Import, user: User | None, rules: Mapping[str, str]) -> None:
    """Set the rules of some fields. What to do without a preview is asked anew then.

    A preview stays one: MEGA was asked about whole rows, and what it would match does not change.
    """
    locked = Import.objects.select_for_update(no_key=True).get(pk=lead_import.pk)
    if locked.state != ImportState.REVIEW:
        raise WrongState(
            f"This import is “{ImportState(locked.state).label}”: what an update may overwrite can "
            "be changed in review only."
        )
    chosen = {
        name: sorted({*_others(getattr(locked, name), rules), *_with(rules, name)})
        for name in (ONLY_NEW, NEVER)
    }
    if all(chosen[name] == sorted(getattr(locked, name)) for name in chosen):
        return
    Import.objects.filter(pk=locked.pk).update(**chosen, unforeseen="")
    trail.record(
        acts.OPTIONS_SET,
        actor=user,
        customer=locked.customer,
        lead_import=locked,
        facts={name: _codes(names) for name, names in chosen.items()},
    )


def _codes(names: Collection[str]) -> list[str]:
    """Return fields for the trail; slugs of custom fields are a customer's own words."""
    known = [one.name for one in fields.FIELDS if one.name in names]
    return [*known, *(["custom_fields"] if any(map(fields.slug_of, names)) else [])]


def _others(names: Sequence[str], rules: Mapping[str, str]) -> list[str]:
    return [name for name in names if name not in rules]


def _with(rules: Mapping[str, str], rule: str) -> list[str]:
    return [name for name, chosen in rules.items() if chosen == rule]


def undecided(lead_import: Import, asked: DryRun | None) -> list[str]:
    """Return the fields of which somebody must say what becomes of them in an update: those for
    new leads only, unless MEGA was `asked` about every row of that very update."""
    names = [name for name in brought_by(lead_import) if rule_of(lead_import, name) == ONLY_NEW]
    is_known = asked is not None and lead_import.on_duplicate == OnDuplicate.UPDATE
    return [] if is_known else names


def waiting(lead_import: Import, asked: DryRun | None) -> str:
    """Say what an update waits for a person to say; "" where it does not."""
    if lead_import.on_duplicate != OnDuplicate.UPDATE or lead_import.unforeseen:
        return ""
    names = undecided(lead_import, asked)
    return sentence(names) if names else ""


def refuse_undecided(locked: Import) -> None:
    """Raise WrongState where an update waits for a person. `preview` is known already."""
    if words := waiting(locked, locked.preview):
        raise WrongState(words, code="overwrite")


def sentence(names: Sequence[str]) -> str:
    """Say what must be decided, and about what."""
    return (
        "MEGA was not asked about every row, so nobody knows which rows update a lead. Ask it "
        f"about every row, or choose what becomes of {labels(names)}: left out of every row, or "
        "sent with every row."
    )


def labels(names: Sequence[str]) -> str:
    """Return the fields in the words of pages."""
    return spoken.listed([fields.label(name) for name in names])


def facts(locked: Import) -> dict[str, object]:
    """Return for the trail by which rules an import goes, where there are any."""
    rules = Rules.of(locked)
    if not rules:
        return {}
    said = "previewed" if rules.preview else rules.unforeseen or "left_out"
    return {
        ONLY_NEW: _codes(rules.only_new),
        NEVER: _codes(rules.never),
        "unforeseen": said,
    }


def record(lead_import: Import) -> list[str]:
    """Say by which rules an import went, or goes, in sentences; none where everything goes."""
    rules = Rules.of(lead_import)
    in_order = [name for name in brought_by(lead_import) if rules]
    said = [
        f"{RULES[rule]}: {labels(names)}."
        for rule, of_rule in ((ONLY_NEW, rules.only_new), (NEVER, rules.never))
        if (names := [name for name in in_order if name in of_rule])
    ]
    if rules.only_new:
        said.append(_how_known(rules))
    if said and lead_import.planned_at is not None:
        said.append(f"{count(_rows_without(lead_import), 'row')} went without some of them.")
    return said


def _how_known(rules: Rules) -> str:
    if rules.preview is not None:
        return "Which rows make new leads was known: MEGA was asked about every row."
    if rules.unforeseen == Unforeseen.OVERWRITE:
        return "MEGA was not asked about every row: by choice these fields went with every row."
    return (
        "MEGA was not asked about every row: these fields went with no row that may match a lead."
    )


def _rows_without(lead_import: Import) -> int:
    cut = Batch.objects.filter(lead_import=lead_import, kind=Kind.SEND, parent=None)
    return cut.exclude(left_out=[]).aggregate(rows=Sum("rows"))["rows"] or 0

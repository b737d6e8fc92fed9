"""The third step: what will happen, what is wrong, what it costs; and the word to send."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from imports import access
from imports.columns import (
    derive,
    family,
    fields,
    first_look,
    gone,
    headers,
    refused_before,
    review,
    sums,
    vocabulary,
)
from imports.columns.tally import Tally
from imports.delivery import (
    before_words,
    children,
    outlook,
    read_ways,
)
from imports.forms.ownership import HandOverForm
from imports.forms.review import AskForm, CustomerNameForm, OptionsForm
from imports.models import EDITABLE, Import, ImportState
from imports.reports import balance, cost
from imports.reports.to_repair import MOST_IN_A_WORKBOOK
from imports.review import gates, standing
from imports.views import (
    found,
    groups,
    kept_back,
    overwrite,
    ownership,
    predictions,
    profile,
    review_changes,
    schedule,
    steps,
    unchanged,
)
from imports.views.columns import checking
from imports.views.handbook.explanations import NO_AUTOMATION
from imports.views.http import Request

KEPT = ("keep_old_values", "hold_won", "hold_lost", "hold_days")


@require_GET
def detail(request: Request, pk: int) -> HttpResponse:
    """The balance sheet before sending, and the problems by repair."""
    return page(request, access.get_import(request.user, pk))


def _placed(
    lead_import: Import, problems: list[review.ProblemGroup]
) -> list[tuple[review.ProblemGroup, int | None]]:
    """Each group with the place of its column: addresses carry that and never a heading, which
    is a person's name where a sheet has no headings."""
    places = {name: i for i, name in enumerate(headers.names(lead_import.headers))}
    return [(group, places.get(group.column)) for group in problems]


def _would_be(lead_import: Import, requests: int) -> dict[str, Any]:
    """When the import would start and end if it were sent now, and whom nobody reckons with."""
    if lead_import.state != ImportState.REVIEW or not requests:
        return {}
    seen = outlook.before_sending(lead_import, requests)
    expected = seen.expected.get(lead_import.pk)
    if expected is None:
        return {}
    return {
        "would_be": {"expected": expected, "others": seen.others(lead_import)},
        "held": outlook.held(lead_import.customer),
    }


def _found(
    lead_import: Import, problems: list[review.ProblemGroup], leads: Tally
) -> found.Panel | None:
    """What was found in the file, by all its rows, until it is sent."""
    if lead_import.state != ImportState.REVIEW:
        return None
    return found.panel(lead_import, first_look.of_every_row(lead_import, problems, leads))


def _warned(lead_import: Import) -> list[refused_before.Warned]:
    """What MEGA refused before of what every row would be sent with."""
    if not lead_import.is_editable:
        return []
    return refused_before.of(derive.mapping_of(lead_import), vocabulary.of_import(lead_import))


def _fills_field(lead_import: Import) -> bool:
    """Whether the sheet itself has values for the custom field of the import's number."""
    field = f"{fields.CUSTOM}{lead_import.customer.import_field}"
    return field in derive.mapping_of(lead_import).targets


@dataclass(frozen=True, slots=True)
class Forms:
    """Forms that were filled in wrongly, if any: the page says so beside them."""

    send: AskForm | None = None
    name: CustomerNameForm | None = None
    hand_over: HandOverForm | None = None


FRESH: Final = Forms()


def page(request: Request, lead_import: Import, forms: Forms = FRESH) -> HttpResponse:
    """The review; while rows are read and checked there is only how far that is."""
    context = steps.shared(request, lead_import, "import_review") | {
        "checking": checking(lead_import),
        "page": "import_review",
        "name_form": forms.name or CustomerNameForm(),
        "can_send": lead_import.state == ImportState.REVIEW,
        "is_editable": lead_import.state in EDITABLE,
        "seen_acts": standing.seen_as(lead_import),
    }
    if lead_import.state not in (ImportState.UPLOADED, ImportState.READING, ImportState.CHECKING):
        leads, problems = sums.of(lead_import)
        costs = cost.cost(lead_import, leads)
        context |= _what_happens(lead_import, leads, problems, costs)
        context |= _to_decide(lead_import, leads, costs)
        context |= _to_send(lead_import, costs, forms.send)
        context |= review_changes.context(request, lead_import)
        context |= ownership.beside(request, lead_import, forms.hand_over)
    return render(request, "imports/review.html", context, status=200 if forms == FRESH else 422)


def _what_happens(
    lead_import: Import, leads: Tally, problems: list[review.ProblemGroup], costs: cost.Cost
) -> dict[str, Any]:
    """What becomes of the rows, what is wrong with them, and what it costs."""
    return {
        "balance": balance.balance(lead_import, leads),
        "cost": costs,
        "problems": _placed(lead_import, problems),
        "findings": _found(lead_import, problems, leads),
        "warned": _warned(lead_import),
        "repairs_others": family.is_in_one(lead_import),
        "gone": gone.count(lead_import) if lead_import.is_editable else 0,
        "reasons_before": children.reasons(lead_import) if lead_import.is_editable else [],
        "most_in_a_workbook": MOST_IN_A_WORKBOOK,
        "no_automation": NO_AUTOMATION,
        **_would_be(lead_import, costs.requests),
        **predictions.state(lead_import),
    }


def _to_decide(lead_import: Import, leads: Tally, costs: cost.Cost) -> dict[str, Any]:
    """What is kept back or goes by choice, and what must be said before anything is sent."""
    return {
        "options": OptionsForm(initial={"again": lead_import.again}),
        "gates": gates.open_gates(lead_import) if lead_import.is_editable else [],
        "kept_back": kept_back.groups(leads),
        "unchanged": unchanged.panel(lead_import, leads, costs),
        "fills_field": _fills_field(lead_import),
        **profile.beside(lead_import),
        **groups.summary(lead_import, standing.token(lead_import)),
        **overwrite.panel(lead_import, costs.preview),
    }


def _to_send(lead_import: Import, costs: cost.Cost, form: AskForm | None) -> dict[str, Any]:
    """The form of the word to send, and what stands beside it."""
    customer = lead_import.customer
    chosen = {name: getattr(customer, name) for name in KEPT}
    chosen |= {name: getattr(lead_import, name) for name in ("on_duplicate", "unforeseen")}
    return {
        "form": form or overwrite.send_form(lead_import, costs.preview, initial=chosen),
        "token": customer.token,
        "reading": read_ways.cost(lead_import, customer.keep_minutes),
        "cannot_read": before_words.refused(customer),
        **schedule.beside(lead_import),
    }

"""The third step: what will happen, what is wrong, what it costs; and the word to send."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from imports import access
from imports.columns import (
    derive,
    family,
    fields,
    first_look,
    gone,
    headers,
    options,
    refused_before,
    review,
    sums,
    vocabulary,
)
from imports.columns.tally import Tally
from imports.delivery import (
    before,
    before_words,
    children,
    control,
    outlook,
    preview,
    read_ways,
    scheduled,
)
from imports.delivery.sendable import Seen
from imports.forms.ownership import HandOverForm
from imports.forms.review import AskForm, CustomerNameForm, OptionsForm, SendForm
from imports.models import EDITABLE, Import, ImportState
from imports.reports import balance, cost
from imports.reports.to_repair import MOST_IN_A_WORKBOOK
from imports.review import gates, guard, standing
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
from imports.views.http import Request, attempt
from portal.models import Role, User

KEPT = ("keep_old_values", "hold_won", "hold_lost", "hold_days")


@require_GET
def detail(request: Request, pk: int) -> HttpResponse:
    """The balance sheet before sending, and the problems by repair."""
    return page(request, access.get_import(request.user, pk))


@require_POST
def send(request: Request, pk: int) -> HttpResponse:
    """The word to send; it can be taken back for ten seconds."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    form = overwrite.send_form(lead_import, preview.standing(lead_import), request.POST)
    if not form.is_valid():
        return page(request, lead_import, form)
    if not attempt(request, "", _send, lead_import, request.user, form):
        return redirect("import_review", pk)
    return redirect("import_send", pk)


def _send(lead_import: Import, user: User, form: SendForm) -> None:
    options.look_again(lead_import)  # kept also where the number is refused, which differs then
    guard.look_again(lead_import)
    wanted = form.cleaned_data
    wish = before.Wish(
        keep=wanted["keep_old_values"],
        minutes=lead_import.customer.keep_minutes,
        won=wanted["hold_won"],
        lost=wanted["hold_lost"],
        days=wanted["hold_days"] or 0,
    )
    shown = (wanted[f"expected_{what}"] for what in ("mapping", "leads", "acts"))
    seen = Seen(*shown)
    unforeseen = wanted.get("unforeseen")
    confirmed = scheduled.Confirmed(wanted["on_duplicate"], seen, wish, unforeseen)
    if form.later is not None:
        scheduled.schedule(lead_import, user, form.later, confirmed)
        return
    control.send(
        lead_import,
        user,
        on_duplicate=confirmed.on_duplicate,
        expected_mapping=seen.mapping,
        expected_leads=seen.leads,
        expected_acts=seen.acts,
        wish=wish,
        unforeseen=unforeseen,
    )


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


def page(
    request: Request,
    lead_import: Import,
    form: AskForm | None = None,
    *,
    name_form: CustomerNameForm | None = None,
    hand_over_form: HandOverForm | None = None,
) -> HttpResponse:
    """The review; with a form that was filled in wrongly it says so beside it."""
    customer = lead_import.customer
    chosen = {"on_duplicate": lead_import.on_duplicate}
    chosen |= {name: getattr(customer, name) for name in KEPT}
    chosen |= {"unforeseen": lead_import.unforeseen}
    context = steps.shared(request, lead_import, "import_review") | {
        "checking": checking(lead_import),
        "page": "import_review",
        "name_form": name_form or CustomerNameForm(),
        "can_send": lead_import.state == ImportState.REVIEW,
        "is_editable": lead_import.state in EDITABLE,
        "seen_acts": standing.seen_as(lead_import),
    }
    if lead_import.state in (ImportState.UPLOADED, ImportState.READING, ImportState.CHECKING):
        return render(request, "imports/review.html", context)
    leads, problems = sums.of(lead_import)
    costs, books = cost.cost(lead_import, leads), balance.balance(lead_import, leads)
    rules = {"again": lead_import.again}
    context |= review_changes.context(request, lead_import) | predictions.state(lead_import)
    context |= overwrite.panel(lead_import, costs.preview)
    context |= ownership.beside(request, lead_import, hand_over_form) | schedule.beside(lead_import)
    context |= {
        "form": form or overwrite.send_form(lead_import, costs.preview, initial=chosen),
        "options": OptionsForm(initial=rules),
        "balance": books,
        "cost": costs,
        "repairs_others": family.is_in_one(lead_import),
        "gone": gone.count(lead_import) if lead_import.is_editable else 0,
        **_would_be(lead_import, costs.requests),
        "problems": _placed(lead_import, problems),
        "no_automation": NO_AUTOMATION,
        "findings": _found(lead_import, problems, leads),
        "warned": _warned(lead_import),
        "token": customer.token,
        "gates": gates.open_gates(lead_import) if lead_import.is_editable else [],
        "kept_back": kept_back.groups(leads),
        "unchanged": unchanged.panel(lead_import, leads, costs),
        **profile.beside(lead_import),
        **groups.summary(lead_import, standing.token(lead_import)),
        "reasons_before": children.reasons(lead_import) if lead_import.is_editable else [],
        "reading": read_ways.cost(lead_import, customer.keep_minutes),
        "most_in_a_workbook": MOST_IN_A_WORKBOOK,
        "fills_field": _fills_field(lead_import),
        "cannot_read": before_words.refused(customer),
    }
    is_wrong = form or name_form or hand_over_form
    return render(request, "imports/review.html", context, status=422 if is_wrong else 200)

"""Whose review it is, and to whom it can be handed over."""

from typing import Any

from imports.forms.ownership import HandOverForm
from imports.models import Import, ImportState
from imports.review import ownership
from imports.views.http import Request


def beside(
    request: Request, lead_import: Import, filled: HandOverForm | None = None
) -> dict[str, Any]:
    """What the review shows of it; with a form that was filled in wrongly."""
    if lead_import.state != ImportState.REVIEW:
        return {}
    return {
        "owner": ownership.owner(lead_import),
        "handed_over": ownership.latest(lead_import),
        "hand_over_form": filled or form(request, lead_import),
    }


def form(request: Request, lead_import: Import, data: Any = None) -> HandOverForm:
    """The form by which it is handed over."""
    colleagues = list(ownership.colleagues(lead_import))
    return HandOverForm(data, colleagues=colleagues, me=request.user)

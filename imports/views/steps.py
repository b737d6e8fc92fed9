"""The five steps of an import: which are open, which is next, and what all their pages show."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from imports import access
from imports.intake import known, other_sheets
from imports.models import EDITABLE, Import, ImportState, Origin
from imports.views.http import Request
from portal.models import Role

STEPS: Final = (
    ("import_file", "File"),
    ("import_columns", "Columns"),
    ("import_review", "Review"),
    ("import_send", "Send"),
    ("import_report", "Report"),
)
_BEFORE_SENDING = ("import_file", "import_columns", "import_review")
_SHEETS_SHOWN = ("import_file", "import_columns")
_READING = (ImportState.UPLOADED, ImportState.READING)
_NEXT: Final = {
    ImportState.UPLOADED: 1,
    ImportState.READING: 1,
    ImportState.MAPPING: 1,
    ImportState.CHECKING: 2,
    ImportState.REVIEW: 2,
    ImportState.APPROVAL: 2,
    ImportState.FAILED: 0,
    ImportState.FINISHED: 4,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the stepper; without an address it cannot be gone to yet."""

    label: str
    url: str
    is_current: bool
    is_done: bool


def next_step(lead_import: Import) -> int:
    """Where the import stands: the index of the step at which somebody or something is at work."""
    if lead_import.state == ImportState.CANCELLED and not lead_import.sent_by_id:
        return 2 if lead_import.mapping_id else 0
    return _NEXT.get(ImportState(lead_import.state), 3)


def steps_of(lead_import: Import, current: str) -> list[Step]:
    """The stepper as one page shows it."""
    reached = next_step(lead_import)
    return [
        Step(
            label,
            reverse(name, args=[lead_import.pk]) if _is_open(lead_import, i, reached) else "",
            is_current=name == current,
            is_done=i < reached or (i == reached == len(STEPS) - 1),
        )
        for i, (name, label) in enumerate(STEPS)
    ]


def _is_open(lead_import: Import, index: int, reached: int) -> bool:
    """The report can be read as soon as there are rows; the others once they were reached."""
    if index == len(STEPS) - 1:
        return lead_import.mapping_id is not None
    return index <= reached


def shared(request: Request, lead_import: Import, current: str) -> dict[str, Any]:
    """What every page of an import shows: the import, its customer, the stepper, one's rights."""
    team = lead_import.customer.team
    is_before = lead_import.state in (*_READING, *EDITABLE)
    return {
        "lead_import": lead_import,
        "customer": lead_import.customer,
        "steps": steps_of(lead_import, current),
        "may_import": access.can(request.user, team, Role.IMPORTER),
        "may_manage": access.can(request.user, team, Role.MANAGER),
        "may_steer": access.may_steer(request.user, lead_import),
        "twin": known.twin_of(lead_import) if is_before and current in _BEFORE_SENDING else None,
        "other_sheets": other_sheets.others(lead_import) if current in _SHEETS_SHOWN else [],
        "is_child": lead_import.origin != Origin.FILE,
    }


@require_GET
def current(request: Request, pk: int) -> HttpResponse:
    """An import's own address leads to the step at which it stands."""
    lead_import = access.get_import(request.user, pk)
    return redirect(STEPS[next_step(lead_import)][0], pk)

"""Imports that nobody sits beside: what is to happen once their rows are checked."""

import logging

from django.db.models import QuerySet

from imports import access
from imports.delivery import control, standing
from imports.errors import WrongState
from imports.models import Import, ImportState, OnceChecked, OnDuplicate
from portal.models import Role

log = logging.getLogger(__name__)

AT_MOST = 50  # a tick


def go_on() -> None:
    """Send, or ask MEGA about, every import that was to go on by itself and is now checked.

    One that cannot be sent stays in review, with the reason, for a person.
    """
    if _which_checked():
        for lead_import in _checked().select_related("created_by", "customer__team")[:AT_MOST]:
            _go_on(lead_import)


@standing.question
def _which_checked() -> QuerySet[Import, int]:
    return _checked().values_list("pk", flat=True)[:AT_MOST]


def _checked() -> QuerySet[Import]:
    checked = Import.objects.filter(state=ImportState.REVIEW, finished_at=None)
    return checked.exclude(once_checked=OnceChecked.NOTHING).order_by("pk")


def _why_not(lead_import: Import) -> str:
    """Say what only a person may decide. Nobody has seen what stands on the import's pages."""
    if not access.can(lead_import.created_by, lead_import.customer.team, Role.IMPORTER):
        return (
            "Whoever uploaded this may no longer import for the customer. "
            "Somebody who may has to look at it and send it."
        )
    is_of_another = lead_import.returned.get("import") and not lead_import.returned["linked"]
    return " ".join(lead_import.doubts) if is_of_another else ""


def _go_on(lead_import: Import) -> None:
    if reason := _why_not(lead_import):
        Import.objects.filter(pk=lead_import.pk).update(
            once_checked=OnceChecked.NOTHING, reason=reason
        )
        return
    changes: dict[str, str] = {"once_checked": OnceChecked.NOTHING}
    try:
        if lead_import.once_checked == OnceChecked.SEND:
            control.send(
                lead_import,
                lead_import.created_by,
                on_duplicate=OnDuplicate(lead_import.on_duplicate),
                undo_seconds=0,
            )
        else:
            control.start_dry_run(lead_import, lead_import.created_by)
    except WrongState as problem:
        log.info("import %s waits for a person: %s", lead_import.pk, problem.code)
        changes["reason"] = problem.sentence
    Import.objects.filter(pk=lead_import.pk).update(**changes)

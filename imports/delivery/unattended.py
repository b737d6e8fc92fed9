"""Imports that nobody sits beside: what is to happen once their rows are checked."""

import logging

from imports.delivery import control
from imports.errors import WrongState
from imports.models import Import, ImportState, OnceChecked, OnDuplicate

log = logging.getLogger(__name__)

AT_MOST = 50  # a tick


def go_on() -> None:
    """Send, or ask MEGA about, every import that was to go on by itself and is now checked.

    One that cannot be sent stays in review, with the reason, for a person.
    """
    checked = Import.objects.filter(state=ImportState.REVIEW).exclude(
        once_checked=OnceChecked.NOTHING
    )
    for lead_import in checked.select_related("created_by").order_by("pk")[:AT_MOST]:
        _go_on(lead_import)


def _go_on(lead_import: Import) -> None:
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

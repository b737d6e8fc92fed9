"""Verdicts that need the whole file: which rows are kept back, and which share a person.

Checking judges each row alone: it is ok or invalid. Here those that are ok are judged beside all
others, stage after stage; a row that one stage keeps back is none of the later ones' business.
"""

from collections.abc import Callable, Iterable
from typing import Final

from django.db import transaction

from imports import whole_file
from imports.columns import gone, sums
from imports.models import Import, ImportState, MappingVersion
from imports.review import (
    barred,
    changed,
    dropped,
    guard,
    listed,
    no_match,
    persons,
    same_person,
    unchanged,
)
from imports.review.scope import Scope

AT_ONCE: Final = 50_000
"""Rows of which all are judged while a person waits; it takes about a second."""

_RESET = """
    UPDATE imports_lead SET reason = '', code = '', shared = false,
        verdict = CASE WHEN code = 'dropped' AND problems @> '[{"l": "e"}]'
                       THEN 'invalid' ELSE 'ok' END
    WHERE import_id = %(import)s AND mapping_id = %(mapping)s AND {among}
      AND (verdict IN ('duplicate', 'unchanged', 'excluded') OR shared)
"""


def _leave_out_what_went(locked: Import, _scope: Scope) -> None:
    gone.leave_out(locked)


Stage = Callable[[Import, Scope], None]
STAGES: Final[tuple[Stage, ...]] = (
    _leave_out_what_went,
    dropped.leave_out,
    barred.without_consent,
    listed.leave_out,
    barred.against_rules,
    unchanged.mark,
    no_match.hold,
    same_person.judge,
)
"""In this order. Each changes leads of its scope whose verdict is ok; and `dropped` invalid ones,
which are invalid again when they are judged anew."""


@transaction.atomic
def conclude(mapping: MappingVersion) -> None:
    """Decide what needs the whole file and open the review; once, while the mapping is current.

    Who finds that another is about it, or changes something, leaves it be: the clock nudges as long
    as nobody has concluded, and of a million rows that takes ten seconds.
    """
    lead_import = (
        Import.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(pk=mapping.lead_import_id, mapping=mapping, state=ImportState.CHECKING)
        .first()
    )
    if lead_import is None:
        return
    apply(lead_import)
    guard.look(lead_import)
    Import.objects.filter(pk=lead_import.pk).update(
        state=ImportState.REVIEW, reason="", question="", work_until=None
    )


def apply(locked: Import, numbers: Iterable[int] | None = None) -> None:
    """Derive the verdicts anew; of all rows, or of these numbers and whoever shares a person.

    With numbers, the rows with which these shared a person before they were changed must be among
    them. All are judged where a do-not-import list was changed. The caller holds the import's row.
    """
    if numbers is not None and listed.is_changed(locked):
        numbers = None
    scope = Scope(locked, None if numbers is None else persons.together(locked, numbers))
    changed.restore(scope)
    with whole_file.cursor() as cursor:
        cursor.execute(_RESET.replace("{among}", scope.among()), scope.parameters)
    for stage in STAGES:
        stage(locked, scope)
    sums.keep(locked, scope.numbers)


def anew(locked: Import, numbers: Iterable[int] | None = None) -> None:
    """Derive the verdicts anew as `apply` does; all those of a large file in the background.

    Such an import is being checked again until a worker has concluded: nudge its chunks
    afterwards. A lost nudge is made up for as that of any import that is checked to the end.
    """
    is_of_all = numbers is None or listed.is_changed(locked)
    if not is_of_all or locked.row_count <= AT_ONCE:
        apply(locked, numbers)
        return
    locked.state = ImportState.CHECKING
    locked.save(update_fields=["state"])


def look_at_lists(locked: Import) -> None:
    """Derive the verdicts anew if a do-not-import list was changed since.

    The caller holds the import's row.
    """
    if listed.is_changed(locked):
        apply(locked)

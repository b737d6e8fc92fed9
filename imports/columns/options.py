"""What a person chooses for the whole import: duplicates, unchanged rows, how the file is read."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from imports import access, whole_file
from imports.audit import acts, trail
from imports.columns import gone, profile, sensitive
from imports.delivery import dry_runs
from imports.errors import WrongState
from imports.intake import preview
from imports.intake.dialect import Dialect
from imports.intake.read import fence_of_next_reading
from imports.intake.sensitive.find import Finding
from imports.models import (
    EDITABLE,
    Again,
    Duplicates,
    Import,
    ImportState,
    Lead,
    OnDuplicate,
    Origin,
    Row,
    Unchanged,
)
from imports.review import frozen, judge, listed, standing
from portal.models import Role, User

_READY = """
    SELECT count(*), sum(hashtextextended(number || encode(digest, 'hex'), 0)) FROM imports_lead
    WHERE import_id = %s AND mapping_id = %s AND verdict = 'ok'
"""
DECIDE_ROWS = {"duplicates", "unchanged", "again"}
_REREADABLE = (*EDITABLE, ImportState.FAILED)


@transaction.atomic
def set_options(
    lead_import: Import,
    user: User | None,
    *,
    on_duplicate: OnDuplicate | None = None,
    duplicates: Duplicates | None = None,
    unchanged: Unchanged | None = None,
    again: Again | None = None,
) -> None:
    """Change options of an import in review; those that decide over rows decide anew: of a large
    file in the background (`judge.anew`): nudge its chunks afterwards.

    Dry runs end: they ask what would happen under the former options.
    """
    locked = _lock(lead_import, EDITABLE)
    wanted = {
        "on_duplicate": on_duplicate,
        "duplicates": duplicates,
        "unchanged": unchanged,
        "again": again,
    }
    changes = _change(locked, {name: one.value for name, one in wanted.items() if one is not None})
    if not changes:
        return
    dry_runs.stop(locked)
    if locked.state == ImportState.REVIEW and DECIDE_ROWS & set(changes):
        judge.anew(locked)
    trail.record(
        acts.OPTIONS_SET,
        actor=user,
        customer=locked.customer,
        lead_import=locked,
        facts=changes,
    )


def _change(locked: Import, wanted: dict[str, str]) -> dict[str, str]:
    """Store what differs; return it."""
    changes = {name: value for name, value in wanted.items() if getattr(locked, name) != value}
    for name, value in changes.items():
        setattr(locked, name, value)
    if changes:
        locked.save(update_fields=list(changes))
    return changes


@transaction.atomic
def look_again(lead_import: Import) -> None:
    """Decide anew where rows went to MEGA by another import, or a do-not-import list was changed,
    since the rows were checked."""
    if not (gone.is_changed(lead_import) or listed.is_changed(lead_import)):
        return  # most are not, and deciding anew takes its time
    locked = Import.objects.select_for_update(no_key=True).get(pk=lead_import.pk)
    if locked.state != ImportState.REVIEW:
        return
    before = _ready(locked)
    judge.apply(locked)
    if _ready(locked) != before:
        dry_runs.stop(locked)


def _ready(locked: Import) -> tuple[Any, ...]:
    """Return what tells the leads that are to be sent from any others: how many, and a sum."""
    with whole_file.cursor() as cursor:
        cursor.execute(_READY, [locked.pk, locked.mapping_id])
        return tuple(cursor.fetchone() or ())


def reread(lead_import: Import, user: User | None, *, dialect: dict[str, Any]) -> None:
    """Have the file read anew in another way (sheet, heading row, encoding, delimiter).

    Rows and leads of the former reading are dropped; its dry runs end, and what people did in
    review counts no more. Mappings, requests and MEGA's answers stay as they were. Nudge `read`
    afterwards. Where masked columns would not be found again it takes a manager, as if they were
    kept; raises WrongState for anybody else.
    """
    choice = Dialect.from_dict(dialect)
    lost = preview.lost(lead_import, choice)  # before the row is locked: the file may be far away
    if lost and not access.can(user, lead_import.customer.team, Role.MANAGER):
        raise WrongState(f"{sensitive.lost_sentence(lead_import, lost)} Nothing was changed.")
    _reread(lead_import, user, choice, lost)


@transaction.atomic
def _reread(
    lead_import: Import, user: User | None, choice: Dialect, lost: Iterable[Finding]
) -> None:
    locked = _lock_file(lead_import)
    if locked.sensitive != lead_import.sensitive:
        raise WrongState(
            "The file was read in another way in the meantime. Nothing was changed. Look at the "
            "file's page again."
        )
    _read_anew(locked, user, dialect_choice=choice.as_dict())
    trail.record(acts.REREAD, actor=user, customer=locked.customer, lead_import=locked)
    for each in lost:
        _note_column(locked, user, acts.COLUMN_KEPT, each.column, each.kind)


@transaction.atomic
def keep_column(
    lead_import: Import, user: User | None, column: int, *, kept: bool, seen: int
) -> None:
    """Have the file read anew with a sensitive column as it is, or masked again.

    Otherwise as `reread`. Raises WrongState when the column is not sensitive, is so already, or
    when the reading whose page was `seen` (its `read_fence`) is no longer the last.
    """
    locked = _lock_file(lead_import)
    if locked.read_fence != seen:
        raise WrongState(
            "The file was read again since this page was shown, so another column may stand in "
            "that place. Nothing was changed. Look at the file's page again."
        )
    found = next((one for one in locked.found_sensitive if one["column"] == column), None)
    if found is None or found["kept"] == kept:
        raise WrongState(
            "Somebody changed how this column is kept in the meantime. Look at the file's page "
            "again."
        )
    changed = {**found, "kept": kept}
    _read_anew(
        locked, user, sensitive=[changed if one is found else one for one in locked.sensitive]
    )
    act = acts.COLUMN_KEPT if kept else acts.COLUMN_MASKED
    _note_column(locked, user, act, column, found["kind"])


def _note_column(locked: Import, user: User | None, act: str, column: int, kind: str) -> None:
    facts = {"column": column, "kind": kind}
    trail.record(act, actor=user, customer=locked.customer, lead_import=locked, facts=facts)


def _lock_file(lead_import: Import) -> Import:
    locked = _lock(lead_import, _REREADABLE)
    if locked.origin != Origin.FILE:
        raise WrongState(
            f"This import has rows of import #{locked.parent_id}, as they were read there. To read "
            "the file differently, upload it again."
        )
    return locked


def _read_anew(locked: Import, user: User | None, **changes: Any) -> None:
    dry_runs.stop(locked)
    standing.end(locked, user)  # rows and columns may be others, under the same numbers
    Lead.objects.filter(lead_import=locked).delete()
    Row.objects.filter(lead_import=locked).delete()
    profile.forget(locked)
    Import.objects.filter(pk=locked.pk).update(
        state=ImportState.UPLOADED,
        mapping=None,
        read_fence=fence_of_next_reading(locked.read_fence),
        row_count=0,
        blank_count=0,
        work_until=None,
        finished_at=None,
        reason="",
        question="",
        **changes,
    )


def _lock(lead_import: Import, states: tuple[ImportState, ...]) -> Import:
    locked = Import.objects.select_for_update(no_key=True).get(pk=lead_import.pk)
    if locked.state not in states or locked.planned_at is not None:
        label = ImportState(locked.state).label
        sentence = (
            f"This import is “{label}”: its options can no longer be changed. Upload the file "
            "again to import it differently."
        )
        raise WrongState(frozen.sentence(locked.state, sentence))
    return locked

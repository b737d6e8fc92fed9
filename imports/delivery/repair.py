"""Putting old values back: an import of its own, of what the leads were before.

MEGA has no undo. What can be done is a second update of the same leads with the values that were
read before the first: a child import with the parent's row numbers, which goes through checking and
review like any other. What cannot be put back is told, not tried.
"""

from collections import Counter
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection, transaction

from imports.audit import acts, trail
from imports.columns import derive
from imports.columns.formats import ReadAs
from imports.columns.mapping import ColumnMap, Mapping
from imports.columns.typed import Scalar
from imports.delivery import restorable
from imports.errors import WrongState
from imports.models import (
    FINAL,
    BeforeImage,
    Import,
    ImportState,
    Melting,
    NameOnly,
    OnDuplicate,
    Origin,
    OutcomeStatus,
)
from portal.models import User

Rows = dict[int, dict[str, Scalar]]  # old values by row number and field
_COPY = "COPY imports_row (import_id, number, cells, note) FROM STDIN"


@dataclass(slots=True)
class Assessment:
    """What could be put back: leads, and why others cannot. Counts are of leads.

    `emptied` and `untold` count leads by field: what was empty before stays as the import left it,
    and what MEGA does not show was never read.
    """

    leads: int = 0  # updated by the import
    can: int = 0
    why_not: Counter[str] = field(default_factory=Counter)
    emptied: Counter[str] = field(default_factory=Counter)
    untold: Counter[str] = field(default_factory=Counter)
    created: int = 0  # rows of which MEGA made new leads: no endpoint deletes them

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Return a sentence and the number of leads for each reason not to put something back."""
        return [(restorable.WHY_NOT[why], count) for why, count in self.why_not.most_common()]

    @property
    def fields_emptied(self) -> list[tuple[str, int]]:
        """Return the fields that were empty before, with the number of leads."""
        return self.emptied.most_common()

    @property
    def fields_untold(self) -> list[tuple[str, int]]:
        """Return the fields that MEGA does not show, with the number of leads."""
        return self.untold.most_common()


def assess(lead_import: Import) -> Assessment:
    """Count what could be put back, lead by lead."""
    found = Assessment(created=lead_import.outcomes.filter(status=OutcomeStatus.CREATED).count())
    for lead in restorable.every(lead_import):
        back = restorable.put_back(lead)
        found.leads += 1
        found.emptied.update(back.emptied)
        found.untold.update(back.untold)
        if back.why:
            found.why_not[back.why] += 1
        else:
            found.can += 1
    return found


@transaction.atomic
def make(parent: Import, user: User | None) -> Import:
    """Make the import that puts the old values of `parent` back; nudge it afterwards.

    Each lead is one row, under the number of the first of the parent's rows that updated it, with
    its e-mail and phone as they were read and the fields that the update changed. Raises
    WrongState with a sentence when the parent is not over, nothing can be put back, or somebody did
    it already.
    """
    locked = (
        Import.objects.select_for_update(no_key=True, of=("self",))
        .select_related("customer__team", "mapping")
        .get(pk=parent.pk)
    )
    _refuse(locked)
    rows: Rows = {}
    for lead in restorable.every(locked):
        back = restorable.put_back(lead)
        if not back.why:
            rows[min(lead.numbers)] = back.values
    if not rows:
        raise WrongState("There is nothing to put back: see the reasons on this page.")
    child = _new(locked, user, rows)
    _store(child, rows)
    derive.use(child, _mapping(child.headers, rows), user)
    facts = {"origin": str(Origin.REPAIR), "rows": len(rows)}
    trail.record(acts.FOLLOWED, actor=user, lead_import=locked, facts=facts | {"child": child.pk})
    trail.record(acts.DERIVED, actor=user, lead_import=child, facts=facts | {"parent": locked.pk})
    return child


def is_offered(lead_import: Import) -> bool:
    """Whether there are old values of an import that is over."""
    is_over = lead_import.state in FINAL and lead_import.finished_at is not None
    return is_over and BeforeImage.objects.filter(lead_import=lead_import).exists()


def made_before(parent: Import) -> Import | None:
    """Return the import that was made of these old values already and was not discarded."""
    repairs = parent.children.filter(origin=Origin.REPAIR).order_by("pk")
    return repairs.exclude(state=ImportState.CANCELLED, send_after=None).last()


def _refuse(parent: Import) -> None:
    if not is_offered(parent):
        raise WrongState("Old values can be put back once the import is over, if they were kept.")
    if parent.mega_id != parent.customer.mega_id:
        raise WrongState(
            f"The MEGA id of {parent.customer.name} was changed since: these are the values of "
            "another account's leads."
        )
    earlier = made_before(parent)
    if earlier is not None:
        raise WrongState(f"Import #{earlier.pk} puts these old values back already. Go on there.")


def _new(parent: Import, user: User | None, rows: Rows) -> Import:
    names = {name for values in rows.values() for name in values}
    plain = [name for name in restorable.FIELDS if name in names]
    return Import.objects.create(
        customer=parent.customer,
        mega_id=parent.mega_id,
        created_by=user,
        parent=parent,
        origin=Origin.REPAIR,
        file=parent.file.name,
        file_name=f"Old values of import {parent.pk}",
        file_size=parent.file_size,
        file_sha256=parent.file_sha256,
        headers=[*plain, *sorted(names - set(plain))],
        state=ImportState.CHECKING,
        on_duplicate=OnDuplicate.UPDATE,
        only_new=[],  # whatever was overwritten is to be put back
        melting=Melting.SEND,  # each row is of one lead, which may bear a wrong name now
        name_only=NameOnly.SEND,
        row_count=len(rows),
        release=settings.RELEASE,
    )


def _store(child: Import, rows: Rows) -> None:
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for number in sorted(rows):
            cells = [restorable.text(rows[number].get(name)) for name in child.headers]
            copy.write_row((child.pk, number, cells, ""))


def _mapping(headers: list[str], rows: Rows) -> Mapping:
    """Every column is named for the field that it feeds; a custom field whose old values all are
    numbers, or all yes or no, is read as such, so that it is not made a text.
    """
    columns = []
    for index, name in enumerate(headers):
        kind: ReadAs = ""
        if name.startswith(restorable.CUSTOM):
            kind = restorable.read_as([values[name] for values in rows.values() if name in values])
        made = ColumnMap(index, name, name, reason="Old value", confidence="exact", read_as=kind)
        columns.append(made)
    return Mapping(tuple(columns))

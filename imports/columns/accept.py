"""Accepting all sure guesses of a mapping with one click: what is left is what needs a look.

Leads are as they were, so no row is checked anew: the version keeps who accepted it. In the next
version the accepted columns are a person's choice.
"""

from dataclasses import replace
from typing import Final

from django.db import transaction
from django.db.models.functions import Now

from imports.audit import acts, trail
from imports.columns.mapping import ColumnMap, Mapping
from imports.errors import WrongState
from imports.models import EDITABLE, Import, MappingVersion
from portal.models import User

SURE: Final = frozenset({"exact", "synonym", "remembered"})


def is_sure(column: ColumnMap) -> bool:
    """Whether the column was recognised, or became the same whenever this customer had it."""
    return bool(column.targets) and column.confidence in SURE


@transaction.atomic
def all_sure(lead_import: Import, user: User, *, expected_version: int) -> MappingVersion:
    """Note that a person accepts the sure columns of the mapping; twice is once.

    WrongState when the import is frozen, or its mapping is another than the one that was seen.
    """
    locked = Import.objects.select_for_update(no_key=True).get(pk=lead_import.pk)
    current = locked.mapping
    if locked.state not in EDITABLE or current is None or current.version != expected_version:
        raise WrongState(
            "The columns were changed or frozen in the meantime, so nothing was accepted. Look at "
            "them again."
        )
    version = MappingVersion.objects.filter(pk=current.pk, accepted_at=None)
    if version.update(accepted_by=user, accepted_at=Now()):
        count = sum(map(is_sure, Mapping.from_json(current.content).columns))
        facts = {"version": current.version, "columns": count}
        trail.record(acts.MAPPING_ACCEPTED, actor=user, lead_import=locked, facts=facts)
    return MappingVersion.objects.select_related("accepted_by").get(pk=current.pk)


def carried(made: Mapping, version: MappingVersion) -> Mapping:
    """The mapping that was made of a version, with what was accepted there as a person's choice."""
    if version.accepted_at is None:
        return made
    said = f"accepted by {version.accepted_by}"
    columns = (
        replace(column, confidence="chosen", reason=f"{column.reason}, {said}")
        if is_sure(column)
        else column
        for column in made.columns
    )
    return replace(made, columns=tuple(columns))

"""Rows whose cells were corrected, checked anew: a few at once, many in the background."""

from collections.abc import Sequence
from typing import Final

from imports.columns import checked, derive
from imports.models import Import, Lead, MappingVersion
from imports.review import judge, persons
from portal.models import User

AT_ONCE: Final = 2_000
"""Rows that are checked while a person waits; it takes about a quarter of a second."""


def rows(locked: Import, numbers: Sequence[int], user: User | None) -> None:
    """Check these rows anew and judge whom it concerns.

    More than AT_ONCE are checked in the background, with all others, under a new version of the
    same mapping; and so are all of a large file judged (`judge.anew`): nudge the import's chunks
    afterwards. The caller holds the import's row, in review.
    """
    former = locked.mapping
    if former is None:
        return
    if len(numbers) > AT_ONCE:
        _all(locked, former, user)
        return
    before = persons.together(locked, numbers)  # with whom they shared a person until now
    at = Lead.objects.filter(lead_import=locked, mapping=former, number__in=numbers)
    at.delete()
    checked.store(checked.lines(former, among=numbers))
    judge.anew(locked, None if before is None else {*before, *numbers})


def _all(locked: Import, former: MappingVersion, user: User | None) -> None:
    version = derive.use(locked, derive.mapping_of(locked), user, former.region)
    MappingVersion.objects.filter(pk=version.pk).update(
        accepted_by=former.accepted_by_id, accepted_at=former.accepted_at
    )

"""Taking an import for an act of a person: its row is locked, its state is one that allows it."""

from collections.abc import Sequence

from imports.errors import WrongState
from imports.models import FINAL, Import, ImportState
from imports.review import frozen


def lock(lead_import: Import, states: Sequence[ImportState], verb: str) -> Import:
    """Return the import with its row locked; raise WrongState in any other state.

    `verb` says what was to be done: the import cannot be `verb` now.
    """
    locked = (
        Import.objects.select_for_update(no_key=True, of=("self",))
        .select_related("customer__team", "mapping")
        .get(pk=lead_import.pk)
    )
    if locked.state in states:
        return locked
    label = ImportState(locked.state).label
    end = "" if locked.state not in FINAL else " It is over."
    sentence = f"This import cannot be {verb} now: it is “{label}”.{end}"
    raise WrongState(frozen.sentence(locked.state, sentence))

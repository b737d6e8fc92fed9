"""Why nothing of an import can be changed any more, or not at this moment."""

from imports.models import ImportState

SCHEDULED = (
    "This import is scheduled, so it stays as it was confirmed. Take the time back first, on its "
    "Send step; then it is in review again. Nothing was changed."
)


def sentence(state: str, otherwise: str) -> str:
    """Return what to do about an import in this state: one that is scheduled can be had back."""
    return SCHEDULED if state == ImportState.SCHEDULED else otherwise

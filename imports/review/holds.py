"""Why the portal keeps rows back, in words. Codes are stable: reports of years to come hold them.

A row that is kept back has the code of the reason beside the sentence that names the very rows or
values (`Lead.code`, `Lead.reason`); invalid rows have neither, their problems tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Hold:
    """One code: the title of its rows' group, and what can be done about them.

    `actions` is the template of the controls that decide about the group, where there are any.
    """

    title: str
    repair: str
    actions: str = ""


KINDS: Final[Mapping[str, Hold]] = {
    "gone": Hold(
        "went to MEGA by another import",
        "Nothing to do; or choose below that they are sent all the same.",
    ),
    "unchanged": Hold(
        "identical to what the customer already got",
        "Nothing to do; or send them again, under “Unchanged rows”.",
    ),
    "duplicate": Hold(
        "of one person with another row",
        "Choose below which of them are sent.",
    ),
    "held_won": Hold("lead is won in MEGA", "Nothing to do if that is right."),
    "held_lost": Hold("lead is lost in MEGA", "Nothing to do if that is right."),
    "held_contacted": Hold("lead was contacted lately", "Nothing to do if that is right."),
    "held_changed": Hold("lead was changed in MEGA since", "Look at the lead in MEGA."),
    "not_found": Hold("lead is no longer found in MEGA", "Nothing to do if that is right."),
}

_UNKNOWN: Final = Hold("kept back", "Look at the rows: each says why.")


def kind(code: str) -> Hold:
    """The code's entry; one that this release does not know is told in general words."""
    return KINDS.get(code, _UNKNOWN)

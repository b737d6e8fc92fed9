"""What is said of one kind of problem; and the kinds that a decision in review makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Effect = Literal["refused", "left_out", "changed"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One code: a title for groups, what is wrong, what follows and how to repair it.

    The texts may name {detail} (the value that is sent, the extension …) and {allowed}
    (the field's values). Effects: "refused" keeps the row back; "left_out" sends the row without
    the value (or keeps it back when no other contact is left); "changed" sends it, as said.
    """

    title: str
    effect: Effect
    fault: str
    repair: str


_RIGHT = "Nothing to do if that is right; else decide otherwise in the review."

BY_DECISION: Final[Mapping[str, Kind]] = {
    "email_shared": Kind(
        "e-mail shared by different people, left out",
        "changed",
        "is shared by {detail} different people and was left out, as was decided",
        _RIGHT,
    ),
    "phone_shared": Kind(
        "phone shared by different people, left out",
        "changed",
        "is shared by {detail} different people and was left out, as was decided",
        _RIGHT,
    ),
    "rows_merged": Kind(
        "merged of several rows",
        "changed",
        "sent with what {detail} had besides, as was decided",
        _RIGHT,
    ),
}

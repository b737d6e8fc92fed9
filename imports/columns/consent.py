"""Which cells of a column say that a person must not be contacted, as people answered it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Self, get_args

Others = Literal["", "forbids", "allows", "unclear"]
OTHERS: Final[dict[Others, str]] = {
    "forbids": "forbids contact",
    "allows": "allows contact",
    "unclear": "unclear: keep the row back",
}
"""What a cell says that is in no list; "" where nobody was asked, which keeps its row back, too."""

NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Consent:
    """The answer for one column; cells are compared by `mapping.fold_cell`, and "" is a blank one.

    `is_asked`: a person must still say it, or something new stands in the column. `says_nothing`:
    the column has nothing to do with consent; `allows` are then the values that stood in it.
    """

    forbids: tuple[str, ...] = ()
    allows: tuple[str, ...] = ()
    others: Others = ""
    is_asked: bool = False
    says_nothing: bool = False

    @property
    def is_answered(self) -> bool:
        """Whether a person said something of it once."""
        return bool(self.forbids or self.allows or self.others or self.says_nothing)

    @property
    def counts(self) -> bool:
        """Whether rows are kept back by it."""
        return self.is_answered and not self.is_asked and not self.says_nothing

    def leaves_open(self, cells: Iterable[str], fold: Callable[[str], str]) -> bool:
        """Whether one of a column's cells is in no list."""
        known = set(map(fold, (*self.forbids, *self.allows)))
        return any(fold(cell) not in known for cell in cells)

    def asked(self, *, again: bool) -> Self:
        """The same, with the question open or closed."""
        return self if self.is_asked == again else replace(self, is_asked=again)

    def to_json(self) -> dict[str, Any] | str:
        """For jsonb and mapping files; `from_json` reads it back."""
        stored: dict[str, Any] = {}
        for name in ("forbids", "allows"):
            if cells := getattr(self, name):
                stored[name] = list(cells)
        if self.others:
            stored["others"] = self.others
        if self.is_asked:
            stored["asked"] = True
        if not self.says_nothing:
            return stored
        return {**stored, NOTHING: True} if stored else NOTHING

    @classmethod
    def from_json(cls, stored: Any) -> Self:
        """What `to_json` wrote, or a person in a mapping file; ValueError when it is none."""
        if stored == NOTHING:
            return cls(says_nothing=True)
        if not isinstance(stored, dict) or set(stored) - {
            "forbids", "allows", "others", "asked", NOTHING
        }:  # fmt: skip
            raise ValueError(stored)
        lists = [stored.get(name, []) for name in ("forbids", "allows")]
        if not all(isinstance(one, list) and all(isinstance(c, str) for c in one) for one in lists):
            raise ValueError(stored)
        if stored.get("others", "") not in get_args(Others):
            raise ValueError(stored)
        forbids, allows = map(tuple, lists)
        flags = (bool(stored.get("asked")), bool(stored.get(NOTHING)))
        return cls(forbids, allows, stored.get("others", ""), *flags)

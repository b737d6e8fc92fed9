"""An entry of the help page, and a section of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal import characters


@dataclass(frozen=True, slots=True)
class Entry:
    """What something means and how to repair it. `state` or `result` is what it is of.

    `download` names the address of a file that helps.
    """

    anchor: str
    title: str
    means: str
    repair: str = ""
    state: str = ""
    result: str = ""
    download: str = ""

    def is_about(self, words: Sequence[str]) -> bool:
        """Whether all these words occur, as `folded` has them."""
        text = folded(f"{self.title} {self.means} {self.repair}")
        return all(word in text for word in words)


@dataclass(frozen=True, slots=True)
class Section:
    """Entries of one kind, under a heading."""

    anchor: str
    title: str
    intro: str
    entries: tuple[Entry, ...]


def folded(text: str) -> str:
    """The text as it is compared: what is not seen and case do not count."""
    return characters.seen(text).casefold()

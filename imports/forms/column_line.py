"""One line of the columns' form, as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.forms import BoundField

from imports.columns import accept, formats, shape_words
from imports.columns.mapping import ColumnMap
from imports.columns.meanwhile import Change
from imports.forms.asked import Asked
from imports.intake.sensitive.kinds import label
from portal import characters

_GROUP_OF: Final = {
    "exact": "sure",
    "synonym": "sure",
    "remembered": "remembered",
    "chosen": "chosen",
}


class Part(NamedTuple):
    """A group of lines; `short` says what they are where they are counted."""

    code: str
    heading: str
    tone: str
    icon: str
    short: str


PARTS: Final = (
    Part("guessed", "Guessed: please look", "warn", "circle-question-mark", "guessed"),
    Part("remembered", "Remembered", "good", "history", "remembered"),
    Part("sure", "Recognised", "good", "circle-check", "recognised"),
    Part("accepted", "Accepted", "good", "check", "accepted"),
    Part("chosen", "Chosen by a person", "info", "user-round", "chosen"),
    Part("masked", "Sensitive: masked, not imported", "warn", "shield-alert", "masked"),
    Part("left_out", "Not imported", "quiet", "circle-minus", "not imported"),
)
"""What needs a look comes first."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A cell of a column, how many rows have it, and the field that says what it means."""

    cell: str
    count: int
    recognised: str
    why: str  # what the customer's CRM says about it, if that led to its meaning
    refused: str  # a sentence where MEGA refused before what it means
    field: BoundField
    hidden: BoundField


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """One line of the form."""

    column: ColumnMap
    name: str
    samples: Sequence[str]
    target: BoundField
    slug: BoundField
    meanings: list[Meaning]
    doubtful: int  # meanings that are not recognised
    read_as: BoundField | None  # how its dates or numbers are written, where it has some
    more: Asked | None = None  # its values that are not asked about, and what becomes of them
    meanwhile: Change | None = None  # what somebody else made of it since the page was opened
    is_accepted: bool = False  # if it is sure
    is_joined: bool = False  # whether a template names it
    possible: BoundField | None = None  # what becomes of merely possible phones, if it has phones
    blank: str = ""  # what is sent where its cells are blank

    @property
    def made(self) -> list[str]:
        """What is done to its cells, in words."""
        return shape_words.of_column(self.column)

    @property
    def is_date(self) -> bool:
        """Whether what is asked about its cells is the order of dates."""
        return formats.topic(self.column.looks) == "date"

    @property
    def refused(self) -> int:
        """How many of its values MEGA refused before."""
        return sum(bool(meaning.refused) for meaning in self.meanings)

    @property
    def sensitive(self) -> str:
        """What its masked cells hold, in words."""
        return label(self.column.masked) if self.column.masked else ""

    @property
    def hidden(self) -> str:
        """What the heading holds that cannot be seen, in words."""
        return characters.said(self.column.header)

    @property
    def group(self) -> str:
        """One of the codes of PARTS."""
        if self.column.masked:
            return "masked"
        if not self.column.targets:
            return "chosen" if self.is_joined else "left_out"
        if self.is_accepted and accept.is_sure(self.column):
            return "accepted"
        return _GROUP_OF.get(self.column.confidence, "guessed")

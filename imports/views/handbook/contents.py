"""The sections of the help page, made of the tables that name what can go wrong."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from imports.views.handbook import asked, files, made
from imports.views.handbook.entry import Entry, Section, folded

_GOES_ON: Final = (
    "Imports of the customer wait; nothing is lost. After a new token they go on by themselves."
)
_NO_GUESS: Final = "The portal does not guess where a lead could be doubled or lost."


_SECTIONS: Final[tuple[tuple[str, str, str, Callable[[], Iterator[Entry]]], ...]] = (
    ("problems", "Problems of rows", "What the check of a file finds.", made.of_problems),
    ("results", "Results of rows", "Every row ends in exactly one of them.", made.of_results),
    ("states", "States of imports", "Where an import stands.", made.of_states),
    ("waits", "Why an import stops and asks", "It goes on when you say so.", made.of_waits),
    ("decisions", "Requests that need a decision", _NO_GUESS, made.of_decisions),
    ("tokens", "Tokens that MEGA refuses", _GOES_ON, made.of_tokens),
    ("answers", "Answers of MEGA", "What was concluded of a request.", made.of_answers),
    (files.SECTION, "Files that cannot be used", "Nothing was sent of them.", files.troubles),
    ("kinds", "Files that are not spreadsheets", "Known by content, not by name.", files.kinds),
    ("choices", "What stands behind the choices", "Also beside each of them.", made.of_choices),
    ("asked", "Questions", "What people ask most often.", asked.questions),
)


@cache
def sections() -> tuple[Section, ...]:
    """Everything, in the order of the page."""
    return tuple(
        Section(anchor, title, intro, tuple(entries()))
        for anchor, title, intro, entries in _SECTIONS
    )


@cache
def titles() -> Mapping[str, str]:
    """Every place of the page that can be linked to, and what it is called."""
    found = {section.anchor: section.title for section in sections()}
    return found | {one.anchor: one.title for section in sections() for one in section.entries}


def anchors() -> frozenset[str]:
    """Every place of the page that can be linked to."""
    return frozenset(titles())


def search(wanted: str) -> tuple[Section, ...]:
    """The sections with only the entries in which every word occurs."""
    words = folded(wanted).split()
    if not words:
        return sections()
    found = (
        replace(one, entries=tuple(entry for entry in one.entries if entry.is_about(words)))
        for one in sections()
    )
    return tuple(section for section in found if section.entries)

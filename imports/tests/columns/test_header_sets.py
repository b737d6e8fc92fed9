"""How well columns find their fields in the sheets that programs and people make.

`pytest -s` prints the figures. A set is added as a block to a file in `header_sets`.
"""

from collections import Counter
from dataclasses import dataclass

import pytest

from imports.columns import fields, match
from imports.tests.columns import header_sets

SURE = ("exact", "synonym")


@dataclass(frozen=True)
class Column:
    """A column of a set: the field that it is, and the guess."""

    where: str
    expected: str | None
    guess: match.Guess

    @property
    def is_right(self):
        return self.guess.target == self.expected

    def __str__(self):
        guess = self.guess
        found = f"{guess.target or 'nothing'} ({guess.confidence}: {guess.reason})"
        return f"{self.where} “{guess.name}”: {found}, not {self.expected or 'nothing'}"


@pytest.fixture(scope="module")
def columns():
    return [
        Column(one.name, expected, guess)
        for one in header_sets.all_sets()
        for expected, guess in zip(one.expected, match.propose(one.headers, one.rows), strict=True)
    ]


@pytest.fixture(scope="module")
def figures(columns):
    """Hits and tries of each figure."""
    sure = [one for one in columns if one.guess.confidence in SURE]
    unsure = [one for one in columns if one.guess.confidence == "similar"]
    wanted = [one for one in columns if one.expected]
    return {
        name: (sum(one.is_right for one in tried), len(tried))
        for name, tried in {
            "precision of sure matches": sure,
            "precision of guesses": unsure,
            "recall": wanted,
        }.items()
    }


def test_the_sets_are_many_and_say_fields_that_exist(columns):
    names = Counter(one.name for one in header_sets.all_sets())
    assert len(names) == names.total() >= 60
    assert {one.expected for one in columns if one.expected} == set(fields.BY_NAME)
    twice = Counter((one.where, one.expected) for one in columns if one.expected)
    assert {key for key, count in twice.items() if count > 1} == set()


def test_sure_matches_are_right_and_most_columns_are_found(figures, record_property):
    for name, (hits, tries) in figures.items():
        line = f"{name}: {hits} of {tries}, {hits / tries:.1%}"
        record_property(name, line)
        print(line)  # noqa: T201 - for pytest -s
    hits, tries = figures["precision of sure matches"]
    assert hits / tries >= 0.99, figures
    hits, tries = figures["recall"]
    assert hits / tries >= 0.9, figures


def test_no_sure_match_is_wrong(columns):
    wrong = [str(one) for one in columns if one.guess.confidence in SURE and not one.is_right]
    assert not wrong, "\n".join(wrong)

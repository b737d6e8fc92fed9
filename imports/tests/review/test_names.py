"""Whether two names can be one person's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.review.names import are_one, differ, people, same_name

ONE = [
    ("Ann Smith", "ann smith"),
    ("Ann Smith", "Smith, Ann"),
    ("Dr. Ann Smith", "Ms Ann Smith, PhD"),
    ("José Müller", "Jose Mueller"),
    ("José Müller", "Jose Muller"),
    ("Siobhán O'Connor", "Siobhan OConnor"),
    ("Anne-Marie Weiß", "Anne Marie Weiss"),
    ("Annemarie Weiß", "Anne-Marie Weiss"),
    ("Søren Kierkegaard", "Soren Kierkegaard"),
    ("John Smith Jr.", "JOHN SMITH, Junior"),
    ("山田 太郎", "山田太郎"),
    ("Mr J. R. Ewing", "J.R. Ewing"),
]
UNCLEAR = [
    ("", "Ann Smith"),
    ("n/a", "Ann Smith"),
    ("ann@example.com", "Ann Smith"),
    ("---", "Ann Smith"),
    ("Ann", "Ann Smith"),
    ("A. Smith", "Ann Smith"),
    ("Bob Smith", "Robert Smith"),
    ("Alex Smith", "Alexandra Smith"),
    ("Ann Marie Smith", "Ann Smith"),
    ("John A. Smith", "John B. Smith"),
    ("Juan García", "Juan García López"),
    ("John & Jane Smith", "John Smith"),
    ("John Smith", "John Smith Jr"),
    ("Иван Иванов", "Ivan Ivanov"),
    ("Ann Schmitz-Weber", "Anna Schmitz"),
    ("Michelle Obama", "Michele Obama"),
]
DIFFERENT = [
    ("Ann Smith", "Ben Okafor"),
    ("Ann Smith", "Bob Smith"),
    ("Ann Smith", "Ann Jones"),
    ("Ann B", "Ann C"),
    ("Ann", "Bob"),
    ("Ann", "Bob Smith"),
    ("John Smith Jr", "John Smith Sr"),
    ("Amy", "May"),
    ("Person 1", "Person 2"),
    ("山田 太郎", "鈴木 花子"),
    ("Dr. Ann Smith", "Dr. Ben Jones"),
]


@pytest.mark.parametrize(("one", "other"), ONE)
def test_one_name_written_in_several_ways_is_one(one, other):
    assert same_name(one, other) is True
    assert not differ([one, other])


@pytest.mark.parametrize(("one", "other"), UNCLEAR)
def test_what_is_unclear_is_neither_the_same_nor_different(one, other):
    assert same_name(one, other) is None
    assert not differ([one, other])
    assert not are_one([one, other])


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_people_are_told_apart(one, other):
    assert same_name(one, other) is False
    assert differ([one, other])


WORDS = st.sampled_from(
    ["Ann", "Anna", "A.", "Smith", "Smyth", "Bob", "Robert", "Jr", "Sr", "Dr.", "de", "&", "Müller",
     "Mueller", "Иван", "山田", "O'Neil", "X", "n/a", ""]
)  # fmt: skip
NAMES = st.one_of(st.lists(WORDS, max_size=5).map(" ".join), st.text(max_size=20))


@given(NAMES, NAMES)
def test_it_is_the_same_in_both_directions(one, other):
    assert same_name(one, other) is same_name(other, one)


@given(NAMES)
def test_a_name_is_never_another_than_itself(one):
    assert same_name(one, one) in {True, None}


def test_people_are_counted_once_however_they_are_written():
    listed = ["Ann Smith", "SMITH Ann", "A. Smith", "", "Ben Okafor", "Okafor, Ben", "Cy Young"]
    assert people(listed) == ["Ann Smith", "Ben Okafor", "Cy Young"]


def test_very_many_names_are_not_one_persons():
    assert differ(f"Ann Smith {letter * 3}" for letter in map(chr, range(0x4E00, 0x4E60)))
    assert len(people(f"Person {n}" for n in range(5_000))) == 5_000

"""How a mapping file says in which way contacts are read."""

from imports.columns import clean
from imports.columns.mapping import POSSIBLE, Possible
from imports.columns.placeholders import Words
from imports.errors import BadMapping

_LISTS = ("add", "remove")


def read_possible(value: object) -> Possible:
    """What becomes of merely possible phones. BadMapping when that is no choice."""
    for known in POSSIBLE:
        if known == value:
            return known
    listed = " or ".join(f"'{known}' ({said})" for known, said in POSSIBLE.items())
    raise BadMapping(f"'possible_phones' must be {listed}.")


def read_words(value: object) -> Words:
    """The words that are read as blank besides the usual ones, and those of these that are not."""
    if not isinstance(value, dict):
        raise BadMapping(
            '\'blank_words\' must be a JSON object, such as {"add": ["no phone yet"]}.'
        )
    if unknown := [key for key in value if key not in _LISTS]:
        raise BadMapping(
            f"'blank_words' has an unknown part '{unknown[0]}'; use 'add' and 'remove'."
        )
    return Words(*(_cells(value.get(key, []), key) for key in _LISTS))


def _cells(value: object, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadMapping(f"'{key}' of 'blank_words' must be a list of texts in quotation marks.")
    return tuple(dict.fromkeys(map(clean.word, value)))

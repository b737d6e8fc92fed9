"""How a mapping file says in which way contacts are read, and who may be contacted at all."""

from collections.abc import Callable
from dataclasses import replace

from imports.columns import clean
from imports.columns.consent import Consent
from imports.columns.mapping import POSSIBLE, Possible
from imports.columns.placeholders import Words
from imports.columns.rules import COLUMNS, RuleColumns
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


def read_consent(value: object, where: str) -> Consent | None:
    """Which values of a column forbid contact; None where the file does not say."""
    if value is None:
        return None
    try:
        said = Consent.from_json(value)
    except ValueError:
        said = Consent()
    if not said.is_answered or said.is_asked:
        raise BadMapping(
            f'{where}: \'consent\' is {{"forbids": ["<cell>"], "allows": ["<cell>"]}} (with '
            '"" for a blank one, and "others": "forbids", "allows" or "unclear" for cells in '
            'neither list), or "nothing" where the column says nothing of it.'
        )
    return said


def read_rules(known: RuleColumns, value: object, find: Callable[[str], int]) -> RuleColumns:
    """The columns by which the customer's rules are judged, each by its heading, or null."""
    if not isinstance(value, dict):
        raise BadMapping('\'rules\' must be a JSON object, such as {"birth": "<header>"}.')
    if unknown := [key for key in value if key not in COLUMNS]:
        listed = ", ".join(f"'{kind}' ({said})" for kind, said in COLUMNS.items())
        raise BadMapping(f"'rules' has an unknown part '{unknown[0]}'; use {listed}.")
    found: dict[str, int | None] = {}
    for kind, header in value.items():
        if header is not None and not isinstance(header, str):
            raise BadMapping(f"'{kind}' of 'rules' is the heading of a column, or null.")
        found[kind] = None if header is None else find(header)
    return replace(known, **found)

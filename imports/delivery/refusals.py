"""Reading in MEGA's words for which value of which field it refused a whole request.

Only what the words name is believed. A row is held for another's refusal only when both have the
very same value in the field that was named, and the reason given speaks of that value alone: its
form, or a list of values that MEGA knows. A reason that speaks of other rows or of what MEGA has
stored (a duplicate, a conflict) may not hold for the next row, so it holds nobody.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from imports.mega.contract import FIELDS, MAX_ROWS

Lead = Mapping[str, object]

_VALUED = tuple(name for name in FIELDS if name not in ("row_ref", "custom_fields"))
_NAMES = "|".join(_VALUED)
_FIELD = rf"(?:{_NAMES}|custom_fields\.[A-Za-z0-9][A-Za-z0-9_-]{{0,63}})"
# `leads[3].contact_email: must be …`, up to the next row that is named or the end of the sentence
_INDEXED = re.compile(
    rf"\bleads(?:\[(?P<a>\d{{1,3}})\]|\.(?P<b>\d{{1,3}}))\.(?P<field>{_FIELD})(?![\w.])"
    r"(?P<why>(?:(?!\bleads[\[.]\d)[^;\n])*)"
)
# `stage_slug "gone" is not …`
_QUOTED = re.compile(rf"\b(?P<field>{_FIELD})\s*[:=]?\s*[\"“'](?P<value>[^\"”'“]{{1,200}})[\"”']")
_OF_THE_VALUE = re.compile(
    r"\b(?:must be|should be|has to be|expected|invalid|not (?:an? )?(?:valid|allowed|known|one of)"
    r"|unknown|unrecogni[sz]ed|malformed|does not match|too (?:long|short))\b",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(
    r"duplicat|already|exist|another|other|unique|conflict|same|together|combin|twice|repeated"
    r"|limit|quota|stored|belongs|leads[\[.]",
    re.IGNORECASE,
)
_LONGEST_VALUE = 500  # characters, as JSON


@dataclass(frozen=True, slots=True)
class Refused:
    """A value of a field that MEGA refuses, as JSON, with the row and the words that show it."""

    field: str
    value: str
    index: int  # of the row in the request, from 0
    words: str


def of_rows(message: str, leads: Sequence[Lead]) -> list[Refused]:
    """Return the values for which rows that the message names by their place were refused."""
    found = (_indexed(match, leads) for match in _INDEXED.finditer(message))
    return [one for one in found if one is not None]


def _indexed(match: re.Match[str], leads: Sequence[Lead]) -> Refused | None:
    index, field = int(match["a"] or match["b"]), match["field"]
    if index >= min(len(leads), MAX_ROWS) or not _speaks_of_value(match["why"]):
        return None
    value = value_of(leads[index], field)
    return None if value is None else Refused(field, value, index, match[0].strip(" :."))


def quoted(message: str, leads: Sequence[Lead]) -> list[Refused]:
    """Return each row with the one value that a message names which names no row by its place."""
    found = list(_QUOTED.finditer(message))
    if len(found) != 1 or "leads" in message or not _speaks_of_value(message):
        return []
    field, text = found[0]["field"], found[0]["value"]
    return list(_having(field, text, leads, message))


def _having(field: str, text: str, leads: Sequence[Lead], message: str) -> Iterator[Refused]:
    wanted = json.dumps(text)
    for index, lead in enumerate(leads):
        if value_of(lead, field) == wanted:
            yield Refused(field, wanted, index, message)


def _speaks_of_value(why: str) -> bool:
    return _OF_THE_VALUE.search(why) is not None and _OF_OTHERS.search(why) is None


def value_of(lead: Lead, field: str) -> str | None:
    """Return the lead's value of a field as JSON; None where it has none, or a very long one."""
    holder: object = lead
    for part in field.split(".", 1):
        holder = holder.get(part) if isinstance(holder, Mapping) else None
    if not isinstance(holder, str | int | float):
        return None
    text = json.dumps(holder)
    return text if len(text) <= _LONGEST_VALUE else None

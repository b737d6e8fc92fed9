"""Changes and splits as people and scripts write them in mapping files.

`"changes": ["tidy", ["prefix", "p:"], ["replace", "Str.", "Street"]]` and
`"split": {"by": ",", "fields": ["last_name", null, "custom_fields.title"]}`.
"""

from typing import NoReturn

from imports.columns import changes, sources
from imports.columns.changes import Change
from imports.columns.sources import Split
from imports.errors import BadMapping


def read_changes(value: object, where: str) -> tuple[Change, ...]:
    """The changes of a column; BadMapping begins with `where`. None is none."""
    if value is None:
        return ()
    if not isinstance(value, list):
        _refuse(f'{where}: \'changes\' is a list, such as ["tidy", ["replace", "this", "that"]].')
    return tuple(_change(one, where) for one in value)


def _change(value: object, where: str) -> Change:
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        _refuse(f"{where}: a change is a word, or a list of texts that begins with one.")
    kind = next((known for known in changes.WORDS if parts and known == parts[0]), None)
    if kind is None:
        said = f"'{parts[0]}'" if parts else "an empty list"
        _refuse(f"{where}: {said} is no change; use one of {', '.join(changes.WORDS)}.")
    if len(parts) > (takes := {"prefix": 2, "replace": 3}.get(kind, 1)):
        _refuse(f"{where}: the change '{kind}' takes {takes - 1 or 'no'} more texts.")
    made = Change(kind, *parts[1:])
    if sentence := changes.defect(made):
        _refuse(f"{where}: {sentence}")
    return made


def read_split(value: object, where: str) -> tuple[str | None, Split]:
    """The field of the first part, and the split; BadMapping begins with `where`."""
    shape = f'{where}: \'split\' is {{"by": ",", "fields": ["last_name", "first_name"]}}'
    if not isinstance(value, dict) or value.keys() != {"by", "fields"}:
        _refuse(f"{shape}.")
    by, targets = value["by"], value["fields"]
    if not isinstance(by, str) or by not in sources.WAYS:
        _refuse(f"{shape}; 'by' is one of {sources.ways()}.")
    if not isinstance(targets, list) or not all(one is None or _is_name(one) for one in targets):
        _refuse(f"{shape}; null leaves a part out.")
    if not 2 <= len(targets) <= sources.MOST_PARTS or not any(targets):
        _refuse(f"{shape}; there are 2 to {sources.MOST_PARTS} parts, not all of them left out.")
    return targets[0], Split(by, tuple(targets[1:]))


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _refuse(sentence: str) -> NoReturn:
    raise BadMapping(sentence)

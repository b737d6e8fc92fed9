"""Changes, splits and templates in the words of pages."""

from imports.columns import changes, fields, sources
from imports.columns.changes import Change
from imports.columns.mapping import ColumnMap


def of_column(column: ColumnMap) -> list[str]:
    """What is done to a column's cells."""
    said = [of_change(change) for change in column.changes]
    said += [of_split(column)] if column.split else []
    return said + ([of_others(column)] if column.others else [])


def of_change(change: Change) -> str:
    """One change: "“Str.” becomes “Street”"."""
    if change.kind == "prefix":
        return f"without “{change.what}” in front"
    if change.kind == "replace":
        becomes = f"becomes “{change.into}”" if change.into else "is taken out"
        return f"“{change.what}” {becomes}"
    return changes.WORDS[change.kind]


def of_split(column: ColumnMap) -> str:
    """A split and its parts: "split at each comma: Last name, First name"."""
    if column.split is None:
        return ""
    parts = (column.target, *column.split.targets)
    listed = ", ".join(fields.label(part) if part else "left out" for part in parts)
    return f"split {sources.WAYS[column.split.by]}: {listed}"


def of_others(column: ColumnMap) -> str:
    """Where further phones or e-mails of a cell go."""
    return f"others go to {fields.label(column.others)}"

"""The columns' form as it stands, as a browser sends it."""

from imports.columns import derive


def posted(made, **changes):
    """The columns' form as it stands, with changes."""
    current = derive.mapping_of(made)
    data = {"expected_version": made.mapping.version}
    for column in current.columns:
        custom = (column.target or "").startswith("custom_fields.")
        data[f"target_{column.index}"] = "custom" if custom else column.target or ""
        data[f"slug_{column.index}"] = column.target.partition(".")[2] if custom else "x"
    return data | changes

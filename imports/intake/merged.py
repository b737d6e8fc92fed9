"""Headings in merged cells, and headings of two rows: a row of groups above the headings.

A program keeps the text of merged cells in the first of them, so the others look empty.
"""

from collections.abc import Sequence

from imports.intake import headings

# Corners of merged cells, from 0: first row, first column, last row, last column.
Range = tuple[int, int, int, int]
Rows = Sequence[Sequence[str]]

LOOK_AT = 10  # rows below the headings
MOST_COLUMNS = 16_384


def spread(rows: Rows, place: int, merged: Sequence[Range]) -> list[str]:
    """Give a row with the text of merged cells in each column that they cover."""
    cells = list(rows[place])
    for top, left, bottom, right in merged:
        if top <= place <= bottom and left < len(rows[top]) and (text := rows[top][left].strip()):
            end = min(right + 1, MOST_COLUMNS)
            cells += [""] * (end - len(cells))
            cells[left:end] = [text] * (end - left)
    return cells


def has_groups_above(rows: Rows, place: int, merged: Sequence[Range]) -> bool:
    """Tell whether the row above is one of groups: “Person | | Contact | ” over four headings."""
    if place < 1 or place + 1 >= len(rows):
        return False
    groups, names = rows[place - 1], rows[place]
    filled = sum(1 for cell in groups if cell.strip())
    if filled < 2 or any(map(headings.looks_like_data, (groups, names))):
        return False  # a single one is a title
    wide = [each for each in merged if each[0] == each[2] == place - 1 and each[3] > each[1]]
    if not wide:
        return _look_grouped(groups, names) and _name_all_values(rows, place)
    return _has_several_below(names, wide) and (
        _name_all_values(rows, place)
        or not _has_both_alone(groups, names, wide, _covered(place, merged))
    )


def joined(rows: Rows, place: int, merged: Sequence[Range]) -> list[str]:
    """Give “Contact Phone” for “Phone” below the group “Contact”."""
    groups, names = spread(rows, place - 1, merged), spread(rows, place, merged)
    width = max(len(groups), len(names))
    groups += [""] * (width - len(groups))
    names += [""] * (width - len(names))
    if not any(top == bottom == place - 1 for top, _, bottom, _ in merged):
        groups = _repeated_right(groups, names)
    return [_label(group.strip(), name.strip()) for group, name in zip(groups, names, strict=True)]


def _label(group: str, name: str) -> str:
    return f"{group} {name}" if group and name and group != name else name or group


def _repeated_right(groups: list[str], names: list[str]) -> list[str]:
    """Without merged cells a group reaches to the next one, as far as there are headings."""
    repeated, last = [], ""
    for group, name in zip(groups, names, strict=True):
        last = group if group.strip() or not name.strip() else last
        repeated.append(last)
    return repeated


def _covered(place: int, merged: Sequence[Range]) -> set[int]:
    """Give the columns whose heading reaches over both rows."""
    return {left for top, left, bottom, _ in merged if top <= place - 1 and bottom >= place}


def _has_several_below(names: Sequence[str], wide: Sequence[Range]) -> bool:
    """Different names stand below a group."""
    return any(
        len({_at(names, column) for column in range(left, right + 1)} - {""}) > 1
        for _, left, _, right in wide
    )


def _has_both_alone(
    groups: Sequence[str], names: Sequence[str], wide: Sequence[Range], both: set[int]
) -> bool:
    """A column of its own has a cell in either row, as a heading and a first lead would."""
    under = {column for _, left, _, right in wide for column in range(left, right + 1)}
    alone = (column for column in range(len(names)) if column not in under | both)
    return any(_at(groups, column) and _at(names, column) for column in alone)


def _look_grouped(groups: Sequence[str], names: Sequence[str]) -> bool:
    """Two groups at least have a blank beside them where the row below has a heading."""
    beside = (
        _at(groups, column) and not _at(groups, column + 1) and _at(names, column + 1)
        for column in range(len(names) - 1)
    )
    return sum(map(bool, beside)) > 1


def _name_all_values(rows: Rows, place: int) -> bool:
    """Below are columns of values (phones, addresses, dates), and the row has a name for each."""
    below = rows[place + 1 : place + 1 + LOOK_AT]
    columns = [
        column
        for column in range(max(map(len, below)))
        if all(headings.is_value(_at(row, column)) for row in below)
    ]
    return bool(columns) and all(_at(rows[place], column) for column in columns)


def _at(cells: Sequence[str], column: int) -> str:
    return cells[column].strip() if column < len(cells) else ""

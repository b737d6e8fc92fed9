"""`python -m scripts.cells`: docs/cells.md, from the table of cells that the tests read."""

import csv
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from imports.columns import check, fields, formats
from imports.columns.check import CheckedRow
from imports.columns.mapping import ColumnMap, Mapping
from portal import characters

CHECKOUT: Final = Path(__file__).resolve().parents[1]
TABLE: Final = CHECKOUT / "imports/tests/columns/cells.csv"
PAGE: Final = CHECKOUT / "docs/cells.md"

_ESCAPED = re.compile(r"\\(?:u([0-9a-f]{4})|n)")
_MARKDOWN = re.compile(r"([\\|*_`<>\[\]{}#~$&])")
_ODD_SPACES = re.compile(r"[\u00a0\u2007\u2009\u200c\u200d\u2011\u202f]")
_HEADING: Final = {"contact_phone": "Phones", "contact_email": "E-mails", "contact_name": "Names"}


class Line(NamedTuple):
    r"""One cell: its field, region or reading, what becomes of it, the notes' codes, and why.

    In the file `\u200b` and `\n` stand for characters that nobody would see there.
    """

    field: str
    reading: str
    cell: str
    becomes: str
    notes: str
    why: str


def lines() -> list[Line]:
    """Every line of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [Line(*map(_unescaped, row)) for row in csv.reader(file)][1:]


def checked(line: Line) -> CheckedRow:
    """What becomes of a row with the cell and, where that is another field, a name."""
    read_as = next((word for word in formats.WORDS if word == line.reading), "")
    columns = [ColumnMap(0, "The cell", line.field, read_as=read_as)]
    if line.field not in {"contact_name", *fields.NAME_PARTS}:
        columns.append(ColumnMap(1, "Name", "contact_name"))
    region = line.reading if line.field == "contact_phone" else "US"
    mapped = Mapping(tuple(columns), possible="leave_out")
    return check.compile_mapping(mapped, region).check(2, [line.cell, "Jane Doe"])


def value(line: Line, row: CheckedRow) -> str:
    """What is sent for the cell, or "" where nothing is."""
    if line.field.startswith(fields.CUSTOM):
        custom = row.lead.get("custom_fields", {})
        sent = custom.get(line.field.removeprefix(fields.CUSTOM), "") if custom else ""
        return sent if isinstance(sent, str) else json.dumps(sent)
    return str(row.lead.get("contact_name" if line.field in fields.NAME_PARTS else line.field, ""))


def page() -> str:
    """The whole page."""
    parts = [_INTRODUCTION.format(count=len(lines()))]
    for field, group in groupby(lines(), lambda line: line.field):
        parts.append(f"\n## {_heading(field)}\n\n")
        parts.extend(_table([*group]))
    return "".join(parts)


def _table(group: list[Line]) -> Iterator[str]:
    """With a first column for how the cells are read, where that is said."""
    titles = _TITLES if group[0].reading else _TITLES[1:]
    yield f"| {' | '.join(titles)} |\n{'|---' * len(titles)}|\n"
    for line in group:
        yield f"| {' | '.join(_parts(line)[-len(titles) :])} |\n"


def _heading(field: str) -> str:
    return "Custom fields" if field.startswith(fields.CUSTOM) else (
        _HEADING.get(field) or fields.label(field)
    )  # fmt: skip


def _parts(line: Line) -> tuple[str, ...]:
    row = checked(line)
    sent = value(line, row)
    said = " ".join(dict.fromkeys(replace(p, header="").sentence for p in row.problems))
    outcome = _code(sent) if sent else "*row kept back*" if row.verdict != "ok" else "*nothing*"
    return _reading(line), _code(line.cell), outcome, _text(line.why), _text(said)


def _reading(line: Line) -> str:
    for word, said in formats.WORDS.items():
        if word == line.reading:
            return said
    return line.reading


def _code(text: str) -> str:
    r"""The text as code, with marks such as U+200B; a bar is written \| in a table."""
    marked = re.sub("|".join((characters.ANY_HIDDEN, _ODD_SPACES.pattern)), _mark, text)
    shown = marked.replace("\n", "⏎").replace("|", "\\|")
    if shown == "":
        return "*blank*"
    if "](" in shown:  # code like any other, but not to those who look for links
        return f"<code>{shown.replace('](', ']&#40;')}</code>"
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"


def _mark(found: re.Match[str]) -> str:
    return f"[U+{ord(found[0]):04X}]"


def _text(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", re.sub(characters.ANY_HIDDEN, _mark, " ".join(text.split())))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else "\n", text)


_TITLES: Final = ("Read as", "The cell", "Is sent as", "Why", "What the row says")
_INTRODUCTION: Final = """# Cells as people write them

{count} cells as they stand in real sheets, and what becomes of each. Every line of this page is
checked by a test against what the portal really does. Nobody has to read it from top to bottom:
look for the kind of cell that you wonder about.

- **Is sent as** is what MEGA gets. *nothing* means that the row goes without it, *row kept back*
  that the row is not sent before somebody repaired it.
- **What the row says** is the remark that stands beside the row in review and report. Where there
  is none, nothing was changed that anybody should know of.
- **Read as** is the customer's country for phones, and for dates and numbers of custom fields
  what the columns page says of the whole column.
- Characters that nobody sees are shown as their number, such as `[U+200B]`, line breaks as `⏎`.
  An empty cell, or one with spaces alone, is blank and says nothing.

Some rules behind it:

- **Placeholders** (N/A, -, none, keine, test, #N/A and many more) in a phone, e-mail or name are
  as good as blank; the review counts them. People may be called Null, None, Na or Nan, so these
  stay in names. The columns page counts those of the file; there a customer's own are added, and
  usual ones taken out. The usual ones stand in `imports/columns/placeholders.py`.
- **Several phones or e-mails** in one cell are taken apart. The first valid one goes to MEGA, and
  the remark names the others. Digits of two numbers are never joined.
- **Merely possible phones** have the right length, but no such number is known to be in use. They
  are left out, and the review counts them as a group of their own, where one click sends them as
  they are; so does the columns page, beside the phones.
- **A row is kept back** where a contact that was left out was its only one, and where a bad
  e-mail could make MEGA refuse a whole request.

This page is written by `python -m scripts.cells` from `imports/tests/columns/cells.csv`.
"""

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(CHECKOUT)}: {len(lines())} cells\n")

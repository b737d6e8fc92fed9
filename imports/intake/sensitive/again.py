"""A file that is read in another way: what was masked of it stays masked, or a manager decides."""

from collections import Counter
from dataclasses import replace

from imports.intake.dialect import Dialect
from imports.intake.sensitive.find import Finding
from imports.intake.sensitive.masking import Masking, shown
from imports.intake.table import Table
from imports.models import Import


def masking(lead_import: Import, table: Table) -> Masking:
    """Judge an opened file of the import: what is known of its columns goes on."""
    return Masking.of(
        table.headers,
        table.sample,
        sheet=table.dialect.sheet,
        known=_known(lead_import, table),
    )


def with_parents(lead_import: Import, table: Table, under: Masking) -> Masking:
    """Mask as well what is masked in the import that a file of ours came back to.

    Whoever repairs a row may write a whole number where a mask stood.
    """
    parent = lead_import.parent
    if parent is None or not lead_import.returned.get("linked"):
        return under
    has_same = parent.headers == under.headers
    theirs = [Finding.from_json(one) for one in parent.found_sensitive if not one["kept"]]
    by_heading = {each.heading: each.kind for each in theirs if each.heading}
    by_place = {each.column: each.kind for each in theirs if has_same}
    findings = {each.column: each for each in under.findings}
    for place, heading in enumerate(under.headers):
        kind = by_place.get(place) or by_heading.get(heading)
        if kind and place not in findings:
            findings[place] = Finding(place, kind, 1.0)
    in_order = [findings[place] for place in sorted(findings)]
    return Masking(table.headers, in_order, sheet=table.dialect.sheet)


def lost(lead_import: Import, table: Table, under: Masking) -> list[Finding]:
    """Return what is masked now and would stand open when the file is read `under` this masking.

    Another sheet holds other cells, so what was found on this one is nothing that is lost there.
    """
    masked = Counter(under.headers[column] for column in under.kinds)
    gone = []
    for before, now in zip(_findings(lead_import), _known(lead_import, table), strict=True):
        if now.kept or now.sheet != table.dialect.sheet:
            continue
        heading = shown(now.kind, now.heading)
        if masked[heading]:
            masked[heading] -= 1
        else:
            gone.append(before)
    return gone


def to_store(lead_import: Import, findings: list[Finding], sheet: str) -> list[dict[str, object]]:
    """Give the findings of a reading of this sheet for `Import.sensitive`.

    Those of other sheets stay noted: else a look at another sheet would have them forgotten.
    """
    elsewhere = [each for each in _findings(lead_import) if each.sheet != sheet]
    return [each.to_json() for each in (*findings, *elsewhere)]


def _known(lead_import: Import, table: Table) -> list[Finding]:
    """Give the import's findings, those that are masked under the headings of their places now.

    Another row of headings moves no column, and neither does another encoding.
    """
    if not _has_same_places(lead_import, table):
        return _findings(lead_import)
    return [
        replace(each, heading=table.headers[each.column])
        if not each.kept and each.column < len(table.headers)
        else each
        for each in _findings(lead_import)
    ]


def _has_same_places(lead_import: Import, table: Table) -> bool:
    before, now = Dialect.from_dict(lead_import.dialect), table.dialect
    if before.encoding != now.encoding and len(lead_import.headers) != len(table.headers):
        return False  # a letter of two bytes may have held what is a delimiter in this one
    if lead_import.returned.get("kind") != (table.ours.kind if table.ours else None):
        return False  # columns of ours stand in between, or do no more
    return _cut(before) == _cut(now)


def _cut(dialect: Dialect) -> Dialect:
    """What of a dialect decides in which places the cells stand."""
    return replace(dialect, header_row=0, encoding="", packing="")


def _findings(lead_import: Import) -> list[Finding]:
    return list(map(Finding.from_json, lead_import.sensitive))

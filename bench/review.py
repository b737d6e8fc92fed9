"""How long the server works on the pages of a review, and on what people do there."""

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from django.urls import reverse

from bench import material
from bench.measure import figure, median_ms, stopwatch
from bench.pages import fetch, signed_in
from imports.intake import upload
from imports.models import Customer, Duplicates, Import, Lead
from imports.review import acts, corrections, judge
from imports.review.acts import Deed, Kind

ROWS = 100_000
TIMES = 7
GRID = {
    "all": "",
    "after row 90,000": "?after=90000",
    "invalid": "?result=invalid",
    "of a problem": "?problem=phone_letters",
    "kept back": "?why=melts",
}


def rows(count: int) -> Iterator[list[str]]:
    """Give leads of which one in 50 has no phone, one in 100 is a second one, and some melt."""
    for n, cells in enumerate(material.sheet_rows(count)):
        if n % 50 == 7:
            cells[2] = "07x 555"
        elif n % 100 == 8:
            cells[1] = f"lead.{n - 1}@example.com"
        elif n % 1_000 == 9:
            cells[2] = "(206) 555-0199"
        yield cells


def run(*, full: bool) -> None:
    """Every page of a review of 100,000 rows, a million with --full; one edit; judging all."""
    count = ROWS * 10 if full else ROWS
    customer, _ = material.a_customer()
    made = material.check(_uploaded(customer, count))
    client = signed_in()
    pages = {name: median_ms(fetch(client, url), TIMES) for name, url in _pages(made).items()}
    grid = reverse("import_grid", args=[made.pk])
    search = partial(client.post, f"{grid}?result=invalid", {"text": "lead.777"})
    pages["grid (text)"] = median_ms(search, TIMES)
    figure("review_pages", rows=count, median_ms=pages, worst_ms=max(pages.values()))
    figure("review_acts", rows=count, seconds=_acts(made))


def _uploaded(customer: Customer, count: int) -> Import:
    wishes = upload.Wishes(mapping=material.MAPPING, duplicates=Duplicates.ASK)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads.csv"
        material.write_rows(path, material.HEADER, rows(count))
        return material.accepted(customer, path, wishes)


def _pages(made: Import) -> dict[str, str]:
    grid, groups = reverse("import_grid", args=[made.pk]), reverse("import_groups", args=[made.pk])
    found = {"review": reverse("import_review", args=[made.pk])}
    found |= {f"grid ({name})": grid + query for name, query in GRID.items()}
    found |= {f"groups ({one})": f"{groups}?about={one}" for one in ("melts", "differs")}
    found["rows (kept back)"] = reverse("import_rows", args=[made.pk]) + "?why=melts"
    return found


def _acts(made: Import) -> dict[str, float]:
    """Correct one cell, take that back, decide for all groups, and judge all rows anew."""
    edits = [_seconds(partial(_correct, made, number)) for number in _broken(made)]
    deed = Deed(Kind.DECIDE, "melts", content={"choice": "leave_out"})
    return {
        "one cell": sorted(edits)[len(edits) // 2],
        "a decision for all groups": _seconds(partial(acts.do, made, None, deed)),
        "judging all rows": _seconds(partial(judge.apply, Import.objects.get(pk=made.pk))),
    }


def _broken(made: Import) -> list[int]:
    leads = Lead.objects.filter(lead_import=made, mapping=made.mapping_id).exclude(problems=[])
    return list(leads.order_by("number").values_list("number", flat=True)[:TIMES])


def _correct(made: Import, number: int) -> None:
    seen = corrections.seen_as("07x 555")
    corrections.edit(made, None, number, {2: "206 555 0000"}, {2: seen})


def _seconds(work: Callable[[], object]) -> float:
    with stopwatch() as watch:
        work()
    return round(watch.seconds, 3)

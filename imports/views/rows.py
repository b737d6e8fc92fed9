"""The rows of an import: as they were read, what is wrong with them, what became of them."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from imports import access
from imports.columns import headers, problems, sums
from imports.forms.rows import PersonForm, Place, PlaceForm
from imports.models import DryRun, Import
from imports.reports import balance, foretold, search
from imports.reports import rows as row_report
from imports.reports.balance import Balance
from imports.reports.charts import reasons
from imports.reports.rows import ReportRow, Selection
from imports.review import choose, holds
from imports.review.choose import Chosen
from imports.views import live, predictions, steps, tabs, words
from imports.views.http import Request

LIMIT = 100


@require_http_methods(["GET", "POST"])
def index(request: Request, pk: int) -> HttpResponse:
    """A page of rows; filters stand in the address, a person that is searched for never does."""
    lead_import = access.get_import(request.user, pk)
    place = PlaceForm(request.GET).place
    form = PersonForm(request.POST or None)
    person = form.cleaned_data["person"] if form.is_valid() else ""
    names = headers.names(lead_import.headers)
    column = names[place.column] if place.column is not None and place.column < len(names) else ""
    asked = foretold.newest(lead_import)
    chosen = _chosen(lead_import, place, column, person, asked)
    leads = sums.tally_of(lead_import)
    books = balance.balance(lead_import, leads)
    if place.why in leads.codes and _is_only_kept_back(chosen):
        found, total = _kept_back(lead_import, place), leads.codes[place.why]
    else:
        found, total = _page(lead_import, chosen, place, books)
    would = foretold.of_rows(lead_import, asked, [row.number for row in found])
    context = steps.shared(request, lead_import, "import_report") | {
        "tabs": tabs.of_import(lead_import, "import_rows"),
        "rows": [
            (row, list(zip(names, row.cells, strict=False)), would.get(row.number))
            for row in found[:LIMIT]
        ],
        "next_after": found[LIMIT - 1].number if len(found) > LIMIT else None,
        "total": total,
        "place": place,
        "column": column,
        "search": form,
        "person": person,
        "names": names,
        "is_open": live.is_open(lead_import),
        "reason_words": reasons.words_of(lead_import, place.reason) if place.reason else "",
        "why_words": holds.kind(place.why).title if place.why else "",
        "predictions": predictions.chips(asked) if asked else [],
        **_filters(books, place.problem),
    }
    return render(request, "imports/rows.html", context)


def _chosen(
    lead_import: Import, place: Place, column: str, person: str, asked: DryRun | None
) -> Selection:
    said = reasons.wordings_of(lead_import, place.reason) if place.reason else None
    among = search.numbers(lead_import, person) if person else None
    return Selection(
        place.result,
        place.problem,
        column,
        wordings=said,
        numbers=among,
        code=place.why,
        predicted=place.predicted,
        dry_run=asked.pk if asked else None,
        unforeseen=place.unforeseen,
    )


def _page(
    lead_import: Import, chosen: Selection, place: Place, books: Balance
) -> tuple[list[ReportRow], int]:
    """The rows behind the place, one more than are shown, and how many there are in all.

    Those of one prediction are found by it, however few of a million they are.
    """
    asked = foretold.newest(lead_import) if place.predicted else None
    only = Selection(predicted=chosen.predicted, dry_run=chosen.dry_run)
    if asked is None or chosen != only:
        found = row_report.page(lead_import, chosen, after=place.after, limit=LIMIT + 1)
        return found, row_report.count(lead_import, chosen, books)
    those = foretold.after(lead_import, asked, place.predicted, place.after, LIMIT + 1)
    numbers = Selection(numbers=tuple(one.number for one in those))
    counts = balance.prediction_counts(asked)
    found = row_report.page(lead_import, numbers, after=place.after, limit=LIMIT + 1)
    return found, counts.get(place.predicted, 0)


def _is_only_kept_back(chosen: Selection) -> bool:
    is_only = replace(chosen, dry_run=None) == Selection(code=chosen.code)
    return is_only and chosen.code not in row_report.ALSO_SENT


def _kept_back(lead_import: Import, place: Place) -> list[ReportRow]:
    """Those that are kept back for one reason: found by it, however few of a million they are."""
    wanted = Chosen(why=place.why)
    those = choose.page(lead_import, wanted, after=place.after, limit=LIMIT + 1).numbers
    numbers = Selection(numbers=tuple(those))
    return row_report.page(lead_import, numbers, after=place.after, limit=LIMIT + 1)


def _filters(books: Balance, problem: str) -> dict[str, Any]:
    """The results that occur, with counts, and the words of the problem that is filtered for."""
    return {
        "results": [(c, words.result(c).word, n) for c, _, n in books.buckets() if n],
        "all_rows": books.rows,
        "problem_words": problems.kind(problem).title if problem else "",
    }

"""The rows of an import: as they were read, what is wrong with them, what became of them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from imports import access
from imports.columns import headers, problems
from imports.forms.rows import PersonForm, PlaceForm
from imports.models import Import
from imports.reports import balance
from imports.reports import rows as row_report
from imports.views import steps, words
from imports.views.http import Request

LIMIT = 100


@require_http_methods(["GET", "POST"])
def index(request: Request, pk: int) -> HttpResponse:
    """A page of rows; filters stand in the address, a person that is searched for never does."""
    lead_import = access.get_import(request.user, pk)
    place = PlaceForm(request.GET).place
    search = PersonForm(request.POST or None)
    person = search.cleaned_data["person"] if search.is_valid() else ""
    names = headers.names(lead_import.headers)
    column = names[place.column] if place.column is not None and place.column < len(names) else ""
    chosen = row_report.Selection(place.result, place.problem, column, person)
    found = row_report.page(lead_import, chosen, after=place.after, limit=LIMIT + 1)
    context = steps.shared(request, lead_import, "import_report") | {
        "rows": [(row, list(zip(names, row.cells, strict=False))) for row in found[:LIMIT]],
        "next_after": found[LIMIT - 1].number if len(found) > LIMIT else None,
        "total": row_report.count(lead_import, chosen),
        "place": place,
        "column": column,
        "search": search,
        "person": person,
        "names": names,
        **_filters(lead_import, place.problem),
    }
    return render(request, "imports/rows.html", context)


def _filters(lead_import: Import, problem: str) -> dict[str, Any]:
    """The results that occur, with counts, and the words of the problem that is filtered for."""
    books = balance.balance(lead_import)
    return {
        "results": [(c, words.result(c).word, n) for c, _, n in books.buckets() if n],
        "all_rows": books.rows,
        "problem_words": problems.kind(problem).title if problem else "",
    }

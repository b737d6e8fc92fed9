"""The rows of an import: as they were read, what is wrong with them, what became of them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from imports import access
from imports.columns import headers, problems
from imports.forms.rows import PersonForm, PlaceForm
from imports.reports import balance, search
from imports.reports import rows as row_report
from imports.reports.balance import Balance
from imports.reports.charts import reasons
from imports.review import holds
from imports.views import live, steps, tabs, words
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
    said = reasons.wordings_of(lead_import, place.reason) if place.reason else None
    among = search.numbers(lead_import, person) if person else None
    chosen = row_report.Selection(
        place.result, place.problem, column, wordings=said, numbers=among, code=place.why
    )
    books = balance.balance(lead_import)
    found = row_report.page(lead_import, chosen, after=place.after, limit=LIMIT + 1)
    context = steps.shared(request, lead_import, "import_report") | {
        "tabs": tabs.of_import(lead_import, "import_rows"),
        "rows": [(row, list(zip(names, row.cells, strict=False))) for row in found[:LIMIT]],
        "next_after": found[LIMIT - 1].number if len(found) > LIMIT else None,
        "total": row_report.count(lead_import, chosen, books),
        "place": place,
        "column": column,
        "search": form,
        "person": person,
        "names": names,
        "is_open": live.is_open(lead_import),
        "reason_words": reasons.words_of(lead_import, place.reason) if place.reason else "",
        "why_words": holds.kind(place.why).title if place.why else "",
        **_filters(books, place.problem),
    }
    return render(request, "imports/rows.html", context)


def _filters(books: Balance, problem: str) -> dict[str, Any]:
    """The results that occur, with counts, and the words of the problem that is filtered for."""
    return {
        "results": [(c, words.result(c).word, n) for c, _, n in books.buckets() if n],
        "all_rows": books.rows,
        "problem_words": problems.kind(problem).title if problem else "",
    }

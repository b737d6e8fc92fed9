"""The rows of a review as a table in which cells are corrected."""

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from imports import access, tasks
from imports.columns import headers, problems
from imports.errors import PortalError, WrongState
from imports.forms.grid import CellsForm, FilterForm, TextForm
from imports.forms.rows import Place, PlaceForm
from imports.models import Import, ImportState
from imports.review import choose, corrections, grid, holds, standing, telling
from imports.review.choose import Chosen
from imports.review.corrections import CellsChanged
from imports.views import review_changes, steps, words
from imports.views.http import Request, toast
from portal.models import Role

LIMIT = 100
_RESULTS = ("", "not_sent", "invalid", "duplicate", "excluded", "unchanged")


@require_http_methods(["GET", "POST"])
def index(request: Request, pk: int) -> HttpResponse:
    """A page of rows; filters stand in the address, a text that is searched for never does."""
    lead_import = access.get_import(request.user, pk)
    place = PlaceForm(request.GET).place
    chosen = chosen_by(lead_import, place)
    form = TextForm(request.POST or None)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    is_searched = True
    if text:
        chosen, is_searched = choose.with_text(lead_import, chosen, text)
    found = choose.page(lead_import, chosen, after=place.after, limit=LIMIT)
    total, is_all = choose.count(lead_import, chosen)
    names = headers.names(lead_import.headers)
    context = shared(request, lead_import) | review_changes.context(request, lead_import)
    context |= links(request) | {
        "rows": grid.rows(lead_import, found.numbers),
        "names": names,
        "next_after": found.next_after,
        "total": total,
        "is_all": is_all,
        "most": choose.MOST,
        "place": place,
        "is_narrowed": chosen != Chosen(),
        "filters": FilterForm(initial=place_values(place), names=names),
        "search": form,
        "text": text,
        "is_searched": is_searched,
        "words": _words(place, names),
    }
    return render(request, "imports/grid.html", context)


def links(request: Request) -> dict[str, str]:
    """The filters of the address, for links to a row; and to come back to the table with them."""
    query = request.GET.copy()
    query.pop("back", None)
    text = query.urlencode()
    return {"query": text, "back_to": f"back=grid&{text}" if text else "back=grid"}


def chosen_by(lead_import: Import, place: Place) -> Chosen:
    """Which rows an address means; what makes no sense in a review narrows nothing."""
    names = headers.names(lead_import.headers)
    known = place.column is not None and place.column < len(names)
    return Chosen(
        result=place.result if place.result in _RESULTS else "",
        problem=place.problem,
        column=names[place.column or 0] if known else "",
        why=place.why,
    )


def place_values(place: Place) -> dict[str, Any]:
    """The filters that stand in an address."""
    return {
        "result": place.result,
        "problem": place.problem,
        "column": "" if place.column is None else place.column,
        "why": place.why,
    }


def shared(request: Request, lead_import: Import) -> dict[str, Any]:
    """What the pages of the grid have in common."""
    context = steps.shared(request, lead_import, "import_review")
    is_open = lead_import.state == ImportState.REVIEW
    return context | {"can_edit": is_open and context["may_import"], "is_open": is_open}


def _words(place: Place, names: list[str]) -> list[tuple[str, str]]:
    """The filters that stand, each with what is dropped from the address to be rid of it."""
    found = []
    if place.result in _RESULTS[1:]:
        found.append(("result", words.result(place.result).word))
    if place.problem:
        found.append(("problem", problems.kind(place.problem).title))
    if place.column is not None and place.column < len(names):
        found.append(("column", f"Problem in {names[place.column]}"))
    if place.why:
        found.append(("why", holds.kind(place.why).title))
    return found


def editable(lead_import: Import) -> dict[int, str]:
    """The columns whose cells can be corrected, by their places."""
    names = enumerate(headers.names(lead_import.headers))
    return {i: name for i, name in names if i not in lead_import.masked}


@require_http_methods(["GET", "POST"])
def row(request: Request, pk: int, number: int) -> HttpResponse:
    """One row's cells in a form; the table's own editor posts a single cell of it here."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    now = corrections.cells_of(lead_import, number)
    if not now:
        raise Http404
    now += [""] * (len(lead_import.headers) - len(now))
    form = CellsForm(request.POST or None, names=editable(lead_import), now=now)
    if request.method == "POST" and form.is_valid():
        return _save(request, lead_import, number, form)
    if request.method == "POST" and _is_of_table(request):
        said = [error for errors in form.errors.values() for error in errors]
        return JsonResponse({"error": " ".join(map(str, said))}, status=422)
    return _row_page(request, lead_import, number, form, status=422 if form.errors else 200)


def _save(request: Request, lead_import: Import, number: int, form: CellsForm) -> HttpResponse:
    is_fresh = request.POST.get("review", "") == standing.token(lead_import)
    try:
        act = corrections.edit(lead_import, request.user, number, form.typed, form.seen)
    except CellsChanged as changed:
        return _clashed(request, lead_import, number, form, changed)
    except PortalError as error:
        return _refused(request, lead_import, number, form, error)
    tasks.nudge_chunks_of(lead_import.pk)
    said = telling.sentence(act) if act else f"Row {number}: nothing was changed."
    if _is_of_table(request):
        return JsonResponse(_saved(request, lead_import, number, said, is_fresh))
    toast(request, said)
    query = links(request)["query"]
    address = reverse("import_grid", args=[lead_import.pk])
    return redirect(f"{address}?{query}#row-{number}" if query else f"{address}#row-{number}")


def _saved(
    request: Request, lead_import: Import, number: int, said: str, is_fresh: bool
) -> dict[str, Any]:
    """The row as it is now, what was done, and the list of what was done before.

    Whether a colleague changed something goes on being watched from here, if the page was fresh.
    """
    (made,) = grid.rows(lead_import, [number])
    context = shared(request, lead_import) | review_changes.context(request, lead_import)
    context |= links(request)
    result = words.result(made.bucket).word if made.bucket != "not_sent" else "will be sent"
    return {
        "row": render_to_string("parts/review/grid_row.html", context | {"row": made}, request),
        "changed": review_changes.watch(request, lead_import, is_fresh=is_fresh),
        "changes": render_to_string("parts/review/changes.html", context, request),
        "said": f"{said} The row: {result.lower()}.",
    }


def _clashed(
    request: Request, lead_import: Import, number: int, form: CellsForm, changed: CellsChanged
) -> HttpResponse:
    """What a colleague made of the cells; what was typed is kept, and goes through when sent again
    by somebody who has seen this."""
    for column, told in changed.told.items():
        now = changed.now[column]
        if _is_of_table(request):
            seen = corrections.seen_as(now)
            return JsonResponse({"error": told, "now": now, "seen": seen}, status=409)
        form.now = [*form.now[:column], now, *form.now[column + 1 :]]
        stands = f"It now holds “{now[:200]}”." if now else "It is blank now."
        form.add_error(f"cell-{column}", f"{told} {stands} Save again to put yours in its place.")
    return _row_page(request, lead_import, number, form, status=409)


def _refused(
    request: Request, lead_import: Import, number: int, form: CellsForm, error: PortalError
) -> HttpResponse:
    status = 409 if isinstance(error, WrongState) else 422
    if _is_of_table(request):
        return JsonResponse({"error": error.sentence}, status=status)
    form.add_error(None, error.sentence)
    return _row_page(request, lead_import, number, form, status=status)


def _row_page(
    request: Request, lead_import: Import, number: int, form: CellsForm, *, status: int
) -> HttpResponse:
    made = grid.rows(lead_import, [number])
    context = shared(request, lead_import)
    if not context["is_open"] and status == 200:
        return redirect("import_grid", lead_import.pk)
    context |= {"row": made[0] if made else None, "number": number, "form": form}
    return render(request, "imports/grid_row.html", context, status=status)


def _is_of_table(request: Request) -> bool:
    return request.headers.get("Accept", "") == "application/json"

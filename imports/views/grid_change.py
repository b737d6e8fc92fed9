"""Changes of many rows: find and replace, one value for all, dropping. Each is shown first."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from imports import access, tasks
from imports.columns import headers, problems
from imports.errors import BadInput, LookAgain, PortalError
from imports.forms.grid import DropForm, FillForm, ReplaceForm, TextForm
from imports.forms.rows import Place, PlaceForm
from imports.models import Import, ImportState, ReviewAct
from imports.review import acts, choose, corrections, dropped, holds, recheck, standing, telling
from imports.review.choose import Chosen
from imports.review.corrections import Preview, Wanted
from imports.views import grid, review_changes
from imports.views.http import Request
from portal.models import Role

_TITLES: Final = {
    "replace": "Find and replace",
    "fill": "Set a value for all",
    "drop": "Drop rows",
}
_FORMS: Final[dict[str, Any]] = {"replace": ReplaceForm, "fill": FillForm, "drop": DropForm}
_MOST_TICKED = 1_000
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class _Among:
    """The rows that are meant: None for all; and how the page names them."""

    numbers: list[int] | None
    words: str
    hidden: list[tuple[str, str]]  # what the page posts again to mean the same rows


@require_http_methods(["GET", "POST"])
def change(request: Request, pk: int) -> HttpResponse:
    """Say what is wanted, see what it would change, and do it."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    if not grid.shared(request, lead_import)["is_open"]:
        messages.error(request, "Rows can be changed only while the import is in review.")
        return redirect("import_review", pk)
    do = request.POST.get("do") or request.GET.get("do") or "replace"
    do = do if do in _FORMS else "replace"
    try:
        among = _among(request, lead_import)
    except BadInput as error:
        messages.error(request, error.sentence)
        return review_changes.back(request, lead_import)
    if do == "drop" and among.numbers is None:
        messages.error(request, "Tick the rows that are to be dropped, or filter for them first.")
        return review_changes.back(request, lead_import)
    place = PlaceForm(request.GET).place
    sent = request.POST if {"put", "why"} & set(request.POST) else None
    more = {} if do == "drop" else {"names": grid.editable(lead_import)}
    form = _FORMS[do](sent, initial={"column": place.column or 0}, **more)
    return _answer(request, lead_import, _Asked(do, form, among))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be done, as far as it is said."""

    do: str
    form: Any
    among: _Among

    @property
    def wanted(self) -> Wanted:
        said = self.form.cleaned_data
        find, whole = said.get("find"), said.get("whole", False)
        return Wanted(said["column"], said["put"], find, whole, self.among.numbers)

    @property
    def shown(self) -> str:
        """What a page keeps of what it showed the preview of."""
        if self.do == "drop" or not self.form.is_bound or not self.form.is_valid():
            return ""
        said = self.form.cleaned_data
        kept = (said["column"], said["put"], said.get("find"), said.get("whole"))
        return corrections.seen_as(repr(kept))

    def is_confirmed(self, request: Request) -> bool:
        """Whether the person has seen what this changes: what is typed is what was shown."""
        return "confirm" in request.POST and request.POST.get("shown", "") == self.shown


def _answer(request: Request, lead_import: Import, asked: _Asked) -> HttpResponse:
    preview, status = None, 200
    if asked.form.is_bound:
        status = 422
        try:
            if asked.form.is_valid() and asked.is_confirmed(request):
                return _do(request, lead_import, asked)
            if asked.form.is_valid():
                preview, status = _preview(lead_import, asked), 200
        except LookAgain as error:
            asked.form.add_error(None, error.sentence)
            preview, status = _preview(lead_import, asked), 409
        except PortalError as error:
            asked.form.add_error(None, error.sentence)
    if asked.do == "drop" and preview is None:
        preview = _to_drop(lead_import, asked)
    context = grid.shared(request, lead_import) | {
        "do": asked.do,
        "title": _TITLES[asked.do],
        "form": asked.form,
        "among": asked.among,
        "preview": preview,
        "shown": asked.shown,
        "seen": standing.token(lead_import),
        "most_checked": recheck.AT_ONCE,
    }
    return render(request, "imports/grid_change.html", context, status=status)


def _preview(lead_import: Import, asked: _Asked) -> Preview:
    if asked.do == "drop":
        return _to_drop(lead_import, asked)
    return corrections.preview(lead_import, asked.wanted)


def _to_drop(lead_import: Import, asked: _Asked) -> Preview:
    return Preview(len(dropped.still_in(lead_import, asked.among.numbers or [])), [])


def _do(request: Request, lead_import: Import, asked: _Asked) -> HttpResponse:
    act = _act(request, lead_import, asked)
    tasks.nudge_chunks_of(lead_import.pk)
    if act is None:
        messages.info(request, "Nothing was changed: no cell or row differs.")
    else:
        lead_import.refresh_from_db(fields=["state"])
        is_checking = lead_import.state == ImportState.CHECKING
        more = " The rows are being checked." if is_checking else ""
        messages.success(request, f"{telling.sentence(act)}{more}")
    return review_changes.back(request, lead_import)


def _act(request: Request, lead_import: Import, asked: _Asked) -> ReviewAct | None:
    seen = request.POST.get("seen", "")
    if asked.do != "drop":
        return corrections.change(lead_import, request.user, asked.wanted, seen=seen)
    numbers, why = asked.among.numbers or [], asked.form.cleaned_data["why"]
    return acts.drop(lead_import, request.user, numbers, why=why, seen=seen)


def _among(request: Request, lead_import: Import) -> _Among:
    """Those that are ticked; else those in which a text was searched for; else the filters'."""
    place = PlaceForm(request.GET).place
    chosen = grid.chosen_by(lead_import, place)
    ticked = [int(one) for one in request.POST.getlist("row") if _is_number(one)][:_MOST_TICKED]
    if ticked:
        hidden = [("row", str(one)) for one in ticked]
        return _Among(choose.every(lead_import, choose.among(chosen, ticked)), "ticked", hidden)
    form = TextForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    if text:
        found, is_whole = choose.with_text(lead_import, chosen, text)
        if not is_whole:
            raise BadInput(
                f"Only the first {choose.MOST:,} rows were searched, so this would miss others. "
                "Narrow the rows by a filter first."
            )
        return _Among(list(found.numbers or ()), f"with “{text}”", [("text", text)])
    if chosen == Chosen():
        return _Among(None, "", [])
    return _Among(choose.every(lead_import, chosen), _named(lead_import, place), [])


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= _DIGITS


def _named(lead_import: Import, place: Place) -> str:
    names = headers.names(lead_import.headers)
    parts = [problems.kind(place.problem).title if place.problem else ""]
    if place.column is not None and place.column < len(names):
        parts.append(f"in column {names[place.column]}")
    parts.append(holds.kind(place.why).title if place.why else "")
    return ", ".join(filter(None, parts)) or place.result.replace("_", " ")

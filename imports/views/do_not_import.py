"""The do-not-import list of a customer or a team: counts, sources, adding, looking up, removing."""

import datetime as dt
from collections import Counter
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from imports import access, tasks
from imports.do_not_import import entries, files, lists
from imports.do_not_import.files import ListFile
from imports.do_not_import.lists import Origin, Owner, Told
from imports.errors import PortalError
from imports.forms.do_not_import import AddForm, CheckForm
from imports.intake import upload
from imports.models import ListAddition, ListEntry
from imports.reports import downloads
from imports.reports import lists as list_files
from imports.views import by_key, tabs
from imports.views.http import Request, attachment, attempt
from portal.models import Role

MOST_TOLD = 500  # lines that the answer names
MOST_SOURCES = 50
_ORDER = ("unread", "there", "added")


def _owner(request: Request, of: str, slug: str, need: Role = Role.VIEWER) -> Owner:
    if of == "customer":
        customer = access.get_customer(request.user, slug, need=need)
        return Owner(customer.team, customer)
    return Owner(access.get_team(request.user, slug, need=need))


def address(owner: Owner, page: str = "", *more: object) -> str:
    """The address of a list, or of one of its pages."""
    return reverse(f"{owner.kind}_do_not_import{page}", args=[owner.slug, *more])


@require_GET
def detail(request: Request, slug: str, of: str) -> HttpResponse:
    """How many are on the list, and from where; for importers also what is known of each."""
    return _page(request, _owner(request, of, slug))


@require_POST
def add(request: Request, slug: str, of: str) -> HttpResponse:
    """Put entries on the list, and tell line by line what became of each."""
    owner = _owner(request, of, slug, Role.IMPORTER)
    form = AddForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, owner, form=form)
    try:
        read, told = _add(request, owner, form.cleaned_data)
    except PortalError as error:
        form.add_error("file" if form.cleaned_data["file"] else "text", error.sentence)
        return _page(request, owner, form=form)
    counts = Counter(one.verdict for one in told)
    told.sort(key=lambda one: (_ORDER.index(one.verdict), one.line.number))
    context = _shared(request, owner) | {
        "read": read,
        "told": told[:MOST_TOLD],
        "counts": {name: counts[name] for name in _ORDER},
        "more": max(len(told) - MOST_TOLD, 0),
    }
    return render(request, "imports/do_not_import_added.html", context)


def _add(request: Request, owner: Owner, given: dict[str, Any]) -> tuple[ListFile, list[Told]]:
    file, way = given["file"], ListAddition.Way.TYPED
    if file:
        way = ListAddition.Way.FILE
        with upload.on_disk(file) as path:
            read = files.read(path, given["region"])
    else:
        read = ListFile(list(entries.read_lines(given["text"], given["region"])))
    origin = Origin(way, given["source"], given["reason"])
    told = lists.add(owner, request.user, read.lines, origin)
    tasks.nudge_look_again(lists.in_review(owner))
    return read, told


@require_POST
def check(request: Request, slug: str, of: str) -> HttpResponse:
    """Say whether an address, phone or domain is on the list."""
    owner = _owner(request, of, slug, Role.IMPORTER)
    form = CheckForm(request.POST)
    if not form.is_valid():
        return _page(request, owner, check_form=form)
    typed = form.cleaned_data["entry"]
    line = next(entries.read_cell(1, typed, lists.region_of(owner)))
    if line.entry is None:
        form.add_error("entry", line.why)
        return _page(request, owner, check_form=form)
    try:
        found = lists.is_listed(owner, line)
    except PortalError as error:
        form.add_error("entry", error.sentence)
        return _page(request, owner, check_form=form)
    return _page(request, owner, check_form=form, checked=typed, found=found)


@require_GET
def export(request: Request, slug: str, of: str) -> HttpResponseBase:
    """What is known of each entry, as CSV."""
    owner = _owner(request, of, slug, Role.IMPORTER)
    downloads.note_list("do_not_import", request.user, [owner.team])
    name = f"do-not-import-{owner.slug}-{dt.datetime.now(dt.UTC):%Y-%m-%d}.csv"
    content = list_files.do_not_import_csv(_entries(owner))
    return attachment(content, name, "text/csv; charset=utf-8")


@require_http_methods(["GET", "POST"])
def remove(request: Request, slug: str, of: str, pk: int) -> HttpResponse:
    """A manager takes one entry off, after a confirmation that says what follows."""
    owner = _owner(request, of, slug, Role.MANAGER)
    if request.method == "POST":
        done = "The entry was taken off the list."
        attempt(request, done, _remove, lists.remove, owner, request, pk)
        return redirect(address(owner))
    entry = get_object_or_404(_entries(owner), pk=pk)
    return _confirm(request, owner, address(owner, "_remove", pk), entry=entry)


@require_http_methods(["GET", "POST"])
def remove_source(request: Request, slug: str, of: str, pk: int) -> HttpResponse:
    """A manager takes all off that was added at once."""
    owner = _owner(request, of, slug, Role.MANAGER)
    if request.method == "POST":
        done = "What was added at once was taken off the list."
        attempt(request, done, _remove, lists.remove_addition, owner, request, pk)
        return redirect(address(owner))
    addition = get_object_or_404(lists.sources(lists.of(owner)), pk=pk)
    return _confirm(request, owner, address(owner, "_remove_source", pk), addition=addition)


def _remove(act: Any, owner: Owner, request: Request, pk: int) -> None:
    act(owner, request.user, pk)
    tasks.nudge_look_again(lists.in_review(owner))


def _confirm(request: Request, owner: Owner, url: str, **what: Any) -> HttpResponse:
    part = "#confirm" if request.htmx else ""
    context = _shared(request, owner) | {"url": url, **what}
    return render(request, f"imports/do_not_import_remove.html{part}", context)


def _entries(owner: Owner) -> Any:
    kept = lists.of(owner)
    found = ListEntry.objects.filter(list=kept).select_related("addition__added_by")
    return found.order_by("-id")


def _shared(request: Request, owner: Owner) -> dict[str, Any]:
    may_manage = access.can(request.user, owner.team, Role.MANAGER)
    return {
        "owner": owner,
        "team": owner.team,
        "customer": owner.customer,
        "back": address(owner),
        "may_manage": may_manage,
        "may_import": access.can(request.user, owner.team, Role.IMPORTER),
        "tabs": tabs.of_team(owner.team, "team_do_not_import", may_manage=may_manage),
    }


def _page(
    request: Request,
    owner: Owner,
    form: AddForm | None = None,
    check_form: CheckForm | None = None,
    **more: Any,
) -> HttpResponse:
    context = _shared(request, owner)
    kept = lists.of(owner)
    counts = lists.counts(kept)
    kinds = [(kind.label, counts[kind.value]) for kind in ListEntry.Kind]
    wrong = form or (check_form if check_form and not check_form.is_valid() else None)
    context |= {
        "form": form or AddForm(initial={"region": lists.region_of(owner)}),
        "check_form": check_form or CheckForm(),
        "counts": kinds,
        "total": sum(counts.values()),
        "sources": lists.sources(kept)[:MOST_SOURCES],
        "page": by_key.page(request, _entries(owner)) if context["may_import"] else None,
        "urls": {name: address(owner, f"_{name}") for name in ("add", "check", "csv")},
        **more,
    }
    return render(request, "imports/do_not_import.html", context, status=422 if wrong else 200)

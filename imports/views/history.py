"""All imports of my teams, today's and those of years ago."""

import datetime as dt
from operator import attrgetter

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from imports import access
from imports.forms.filters import HistoryFilter, words_of
from imports.models import Customer, Import
from imports.reports import downloads, lists
from imports.views import by_key, live
from imports.views.http import Request, attachment, remembered
from portal import characters, names
from portal.models import User

WORDS = "history_words"
NUMBER = 9  # digits at most of an import's number


@require_GET
def index(request: Request) -> HttpResponseBase:
    """The list, live while an import of it is under way.

    Filters stand in the address; words, which may be a name, in the session.
    """
    back = None if request.htmx else remembered(request, "history")
    if "reset" in request.GET:
        request.session[WORDS] = ""
    if back:
        return back
    filters, matching = found(request)
    if request.htmx:
        narrow = by_key.page(request, matching.select_related(None).only(*live.LISTED))
        if live.shown(request) == _version(narrow):
            return HttpResponse(status=204)
    page = by_key.page(request, matching.select_related("schedule"))
    context = {
        "filters": filters,
        "words": words(request),
        "page": page,
        "version": _version(page),
        "moves": live.moving(page),
        "any": access.imports_for(request.user).exists(),
    }
    part = "#list" if request.htmx else ""
    return render(request, f"imports/history.html{part}", context)


def _version(page: by_key.Stretch[Import]) -> str:
    return live.of_list(page.count, map(attrgetter(*live.LISTED), page))


@require_POST
def search(request: Request) -> HttpResponse:
    """Keep the words of a search in the session: a file's name may be a person's."""
    request.session[WORDS] = words_of(request.POST.get("words"))
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"/history/?{query}" if query else "/history/")


@require_GET
def export(request: Request) -> HttpResponseBase:
    """The same list as CSV."""
    _, matching = found(request)
    name = f"imports-{dt.datetime.now(dt.UTC):%Y-%m-%d}.csv"
    downloads.note_list("imports", request.user, access.teams_for(request.user))
    return attachment(lists.imports_csv(matching), name, "text/csv; charset=utf-8")


def words(request: Request) -> str:
    """The words that the person looks for."""
    return words_of(request.session.get(WORDS))


def found(request: Request) -> tuple[HistoryFilter, QuerySet[Import]]:
    """The filters of the address, and the imports that pass them and hold the words."""
    mine = access.imports_for(request.user)
    customers = access.customers_for(request.user)
    people = User.objects.filter(pk__in=mine.order_by().values("created_by"))
    filters = HistoryFilter(request.GET, customer=customers, who=people)
    chosen = filters.apply(mine.select_related("customer", "customer__team", "created_by"))
    return filters, _matching(chosen, customers, words(request)).order_by("-pk")


def _matching(
    imports: QuerySet[Import], customers: QuerySet[Customer], text: str
) -> QuerySet[Import]:
    """Every word must occur in the file's or customer's name, or be the import's number."""
    for word in characters.seen(text).split():
        of_customer = customers.order_by().filter(name__seen__icontains=word).values("pk")
        hit = names.seen_in("file_name", word) | Q(customer__in=of_customer)
        number = word.removeprefix("#")
        if number.isdecimal() and len(number) <= NUMBER:
            hit |= Q(pk=int(number))
        imports = imports.filter(hit)
    return imports

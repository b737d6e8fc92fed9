"""All imports of my teams, today's and those of years ago."""

import datetime as dt

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from imports import access
from imports.forms.filters import HistoryFilter, words_of
from imports.models import Customer, Import
from imports.reports import downloads, lists
from imports.views.http import Request, attachment, page_of, remembered
from portal import characters, names
from portal.models import User

WORDS = "history_words"
NUMBER = 9  # digits at most of an import's number


@require_GET
def index(request: Request) -> HttpResponseBase:
    """The list. Filters stand in the address; words, which may be a name, in the session."""
    back = remembered(request, "history")
    if "reset" in request.GET:
        request.session[WORDS] = ""
    if back:
        return back
    filters, found = _found(request)
    context = {
        "filters": filters,
        "words": words_of(request.session.get(WORDS)),
        "page": page_of(request, found),
        "any": access.imports_for(request.user).exists(),
    }
    return render(request, "imports/history.html", context)


@require_POST
def search(request: Request) -> HttpResponse:
    """Keep the words of a search in the session: a file's name may be a person's."""
    request.session[WORDS] = words_of(request.POST.get("words"))
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"/history/?{query}" if query else "/history/")


@require_GET
def export(request: Request) -> HttpResponseBase:
    """The same list as CSV."""
    _, found = _found(request)
    name = f"imports-{dt.datetime.now(dt.UTC):%Y-%m-%d}.csv"
    downloads.note_list("imports", request.user, access.teams_for(request.user))
    return attachment(lists.imports_csv(found), name, "text/csv; charset=utf-8")


def _found(request: Request) -> tuple[HistoryFilter, QuerySet[Import]]:
    mine = access.imports_for(request.user)
    customers = access.customers_for(request.user)
    people = User.objects.filter(pk__in=mine.order_by().values("created_by"))
    filters = HistoryFilter(request.GET, customer=customers, who=people)
    found = filters.apply(mine.select_related("customer", "customer__team", "created_by"))
    words = words_of(request.session.get(WORDS))
    return filters, _matching(found, customers, words).order_by("-pk")


def _matching(
    found: QuerySet[Import], customers: QuerySet[Customer], words: str
) -> QuerySet[Import]:
    """Every word must occur in the file's or customer's name, or be the import's number."""
    for word in characters.seen(words).split():
        of_customer = customers.order_by().filter(name__seen__icontains=word).values("pk")
        hit = names.seen_in("file_name", word) | Q(customer__in=of_customer)
        number = word.removeprefix("#")
        if number.isdecimal() and len(number) <= NUMBER:
            hit |= Q(pk=int(number))
        found = found.filter(hit)
    return found

"""A person's notices: the list, and what is read."""

import datetime as dt

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from imports import access
from imports.forms.filters import NoticeFilter
from imports.models import Notice
from imports.notices import inbox, words
from imports.reports import downloads, lists
from imports.views import by_key
from imports.views.http import Request, attachment, remembered
from imports.views.words import NOTICES

PER_PAGE = 50


@require_GET
def index(request: Request) -> HttpResponseBase:
    """My notices, newest first; the filters are remembered."""
    if back := remembered(request, "notices"):
        return back
    filters = NoticeFilter(request.GET)
    mine = inbox.of(request.user).order_by("-notice_id")
    page = by_key.page(request, filters.apply(mine), PER_PAGE)
    lines = [
        (one, NOTICES[one.notice.kind], words.counted(one.notice), words.sentence(one.notice))
        for one in page
    ]
    context = {
        "page": page,
        "lines": lines,
        "filters": filters,
        "unread": inbox.unread(request.user),
    }
    return render(request, "imports/notices.html", context)


@require_GET
def export(request: Request) -> HttpResponseBase:
    """The same list as CSV."""
    found = NoticeFilter(request.GET).apply(inbox.of(request.user))
    name = f"notices-{dt.datetime.now(dt.UTC):%Y-%m-%d}.csv"
    downloads.note_list("notices", request.user, access.teams_for(request.user))
    return attachment(lists.notices_csv(found), name, "text/csv; charset=utf-8")


@require_GET
def detail(request: Request, pk: int) -> HttpResponse:
    """On to the import; whoever goes there has read the notice."""
    notice = _notice(request, pk)
    inbox.mark_read(request.user, notice.pk)
    return redirect("import", notice.lead_import_id)


@require_POST
def read(request: Request, pk: int) -> HttpResponse:
    """Mark one as read."""
    inbox.mark_read(request.user, _notice(request, pk).pk)
    return redirect("notices")


@require_POST
def read_all(request: Request) -> HttpResponse:
    """Mark all of mine as read."""
    inbox.mark_read(request.user)
    return redirect("notices")


def _notice(request: Request, pk: int) -> Notice:
    """The notice, if its import may be seen."""
    notice = get_object_or_404(Notice, pk=pk)
    access.get_import(request.user, notice.lead_import_id)
    return notice

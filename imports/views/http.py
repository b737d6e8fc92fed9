"""What the views share: a signed-in request, pages that nobody keeps, paging, downloads."""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.utils.http import content_disposition_header
from django_htmx.middleware import HtmxDetails

from imports import access
from imports.errors import PortalError
from portal.models import Membership, Role, Team, User

P = ParamSpec("P")
T = TypeVar("T")
PER_PAGE = 50
TOAST = "toast"
PLACE = ("page", "before", "after")  # of an address: where in a list, which is no filter


class Request(HttpRequest):
    """A request behind the sign-in, as the middleware leaves it."""

    user: User
    htmx: HtmxDetails


View = Callable[Concatenate[Request, P], HttpResponseBase]


def private(view: View[P]) -> Callable[..., HttpResponseBase]:
    """Keep the page out of every cache, the browser's included: it may hold lead data.

    The address goes to no other site. (Not to ours either would break the check of forms' origin.)
    """

    @wraps(view)
    def wrapped(request: Request, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    return wrapped


def teams_as(user: User, role: Role) -> QuerySet[Team]:
    """The teams in which the user has at least this role, as a member."""
    enough = [held for held in Role if held.rank >= role.rank]
    held = Membership.objects.filter(user=user, role__in=enough)
    return access.teams_for(user).filter(pk__in=held.values("team"))


def toast(request: HttpRequest, sentence: str) -> None:
    """Say on the next page, in passing, that something went well which leaves no other trace.

    What needs a next step is a note, which stays: `messages.success`.
    """
    messages.success(request, sentence, extra_tags=TOAST)


def attempt(request: Request, done: str, function: Callable[..., Any], *args: Any) -> bool:
    """Call a stage function; whatever it refuses is said on top of the next page.

    `done` is a toast when it went well ("" says nothing). Returns whether it went well.
    """
    try:
        function(*args)
    except PortalError as error:
        messages.error(request, error.sentence)
        return False
    if done:
        toast(request, done)
    return True


def page_of(request: HttpRequest, found: QuerySet[Any], per_page: int = PER_PAGE) -> Page[Any]:
    """The page that the address asks for; one that does not exist is the nearest that does."""
    return Paginator(found, per_page).get_page(request.GET.get("page"))


def in_pages(request: HttpRequest, found: Sequence[T], per_page: int = PER_PAGE) -> Page[T]:
    """The same of a list that is here already."""
    return Paginator(found, per_page).get_page(request.GET.get("page"))


def remembered(request: Request, page: str) -> HttpResponseRedirect | None:
    """Bring back the filters that the person last used on a page, by its full address.

    An address with filters is kept; `?reset` forgets them; a bare address is completed.
    """
    kept = request.session.get("filters", {})
    if "reset" in request.GET:
        request.session["filters"] = {**kept, page: ""}
        return redirect(request.path)
    query = {k: v for k, v in request.GET.dict().items() if v and k not in PLACE}
    if not request.GET and kept.get(page):
        return redirect(f"{request.path}?{kept[page]}")
    if request.GET and kept.get(page, "") != urlencode(query):
        request.session["filters"] = {**kept, page: urlencode(query)}
    return None


def attachment(chunks: Iterable[bytes], name: str, content_type: str) -> StreamingHttpResponse:
    """A download under a name of RFC 6266 that no browser opens or keeps."""
    response = StreamingHttpResponse(chunks, content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    response.headers["X-Content-Type-Options"] = "nosniff"
    add_never_cache_headers(response)
    return response

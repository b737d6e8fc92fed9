"""Pages of the site itself: what went wrong, in plain words.

They stand alone: no base template, no context processors, no database, so that they also work
when everything else does not. A script that asked (htmx, fetch) gets the sentence as plain text.
"""

import errno
import sys
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.views.decorators.csrf import requires_csrf_token

from portal.uploads import UploadRefusedError, disk_full

View = Callable[..., HttpResponseBase]
BAD_REQUEST = "The portal could not read this request. Go back, reload the page and try once more."
CSRF = (
    "This page was open for so long, or in so many tabs, that it can no longer be sent safely. "
    "Go back, reload the page and try once more; nothing was changed."
)
FORBIDDEN = (
    "Your role does not allow this. Ask a manager of the team to do it, or to change your role."
)
NOT_FOUND = (
    "There is nothing at this address, or it belongs to a team that you are not a member of. "
    "Check the address, or start from the home page."
)
SERVER_ERROR = (
    "Something went wrong on the server; it was logged. What was already saved or sent is safe. "
    "Try again in a minute, and tell whoever runs this site if it stays."
)

# Entries of the help page, as `imports.views.handbook` has them.
ACCESS = "asked-access"
REFUSED = {413: "file-large", 507: "file-store"}


def explain(
    request: HttpRequest, status: int, title: str, sentence: str, *, entry: str = ""
) -> HttpResponse:
    """One page, or for a script one sentence, with the given status.

    `entry` is the place of the help page that says more.
    """
    answer = _answer(request, status, title, sentence, entry)
    answer.headers["Cache-Control"] = "no-store"  # what is there may be another's, or come later
    return answer


def _answer(
    request: HttpRequest, status: int, title: str, sentence: str, entry: str
) -> HttpResponse:
    if "HX-Request" in request.headers or request.headers.get("X-Requested-With"):
        return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    facts = {
        "status": int(status),
        "title": title,
        "sentence": sentence,
        "home": get_script_prefix(),
        "entry": entry,
        "static_url": settings.STATIC_URL,
    }
    page = render_to_string("errors/page.html", facts)
    return HttpResponse(page, status=status)


def answering_422(view: View) -> View:
    """Let a page of allauth that comes back with errors say so by its status, as ours do."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = view(request, *args, **kwargs)
        form = (getattr(answer, "context_data", None) or {}).get("form")
        if request.method == "POST" and answer.status_code == HTTPStatus.OK and form is not None:
            answer.status_code = 422 if form.errors else 200
        return answer

    return wrapped


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's
    """A form without a valid CSRF token."""
    return explain(request, HTTPStatus.FORBIDDEN, "Please try once more", CSRF)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400; 413 and 507 for an upload that was refused."""
    if isinstance(exception, UploadRefusedError):
        return _refused(request, "The file was not accepted", exception)
    return explain(request, HTTPStatus.BAD_REQUEST, "This did not work", BAD_REQUEST)


def _refused(request: HttpRequest, title: str, refusal: UploadRefusedError) -> HttpResponse:
    entry = REFUSED.get(refusal.status, "")
    return explain(request, refusal.status, title, refusal.sentence, entry=entry)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, with our own sentence when the refusal carries one."""
    sentence = str(exception or "") or FORBIDDEN
    return explain(request, HTTPStatus.FORBIDDEN, "Not allowed", sentence, entry=ACCESS)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """404."""
    return explain(request, HTTPStatus.NOT_FOUND, "Not found", NOT_FOUND, entry=ACCESS)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; 507 when the disk was full."""
    error = sys.exc_info()[1]
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _refused(request, "The disk is full", disk_full())
    return explain(request, HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong", SERVER_ERROR)

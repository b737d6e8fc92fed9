"""Pages of the site itself: what went wrong, in plain words.

They stand alone: no base template, no context processors, no database, so that they also work
when everything else does not. A script that asked (htmx, fetch) gets the sentence as plain text.
"""

import errno
import sys
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.views.decorators.csrf import requires_csrf_token

from portal.uploads import UploadRefusedError, disk_full

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


def explain(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    """One page, or for a script one sentence, with the given status."""
    answer = _answer(request, status, title, sentence)
    answer.headers["Cache-Control"] = "no-store"  # what is there may be another's, or come later
    return answer


def _answer(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    if "HX-Request" in request.headers or request.headers.get("X-Requested-With"):
        return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    facts = {
        "status": int(status),
        "title": title,
        "sentence": sentence,
        "home": get_script_prefix(),
        "static_url": settings.STATIC_URL,
    }
    page = render_to_string("errors/page.html", facts)
    return HttpResponse(page, status=status)


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's
    """A form without a valid CSRF token."""
    return explain(request, HTTPStatus.FORBIDDEN, "Please try once more", CSRF)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400; 413 and 507 for an upload that was refused."""
    if isinstance(exception, UploadRefusedError):
        return explain(request, exception.status, "The file was not accepted", exception.sentence)
    return explain(request, HTTPStatus.BAD_REQUEST, "This did not work", BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, with our own sentence when the refusal carries one."""
    return explain(request, HTTPStatus.FORBIDDEN, "Not allowed", str(exception or "") or FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """404."""
    return explain(request, HTTPStatus.NOT_FOUND, "Not found", NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; 507 when the disk was full."""
    error = sys.exc_info()[1]
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        refusal = disk_full()
        return explain(request, refusal.status, "The disk is full", refusal.sentence)
    return explain(request, HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong", SERVER_ERROR)

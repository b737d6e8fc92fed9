"""What cannot be seen is seen on every page: each stray invisible character as a mark.

Whatever a page shows (names of files, customers and people, headings, cells, sentences about them)
passes through here, so that no template can forget it, and a right-to-left override in one name
cannot turn the text around it: "invoice_gpj.csv" is shown as invoice_[U+202E]vsc.jpg. What a form
would send back, and what a button copies, stays as it is.
"""

import re
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from portal import characters

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_TAG = re.compile(r"""(<!--.*?-->|<(?:[^<>"']|"[^"]*"|'[^']*')*>)""", re.DOTALL)
_SPOKEN = re.compile(r"""(?<=\s)(?:aria-label|title|placeholder|label)=(?:"[^"]*"|'[^']*')""")
_OPENED = re.compile(r"<(title|option|textarea|script|style)\b", re.IGNORECASE)
_AS_IT_IS = frozenset({"textarea", "script", "style"})


class MarksMiddleware:
    """Put the marks into pages and fragments; downloads and JSON stay as they are."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if is_page and isinstance(response, HttpResponse):
            page = response.content.decode(response.charset)
            if (shown := marked(page)) is not page:
                response.content = shown.encode(response.charset)
        return response


def marked(page: str) -> str:
    """The HTML with a mark for each stray; the same object when there is none."""
    if characters.is_plain(page):
        return page
    shown = "".join(_parts(page))
    return page if shown == page else shown


def _parts(page: str) -> Iterator[str]:
    opened = ""
    for place, part in enumerate(_TAG.split(page)):
        if place % 2:  # a tag
            found = _OPENED.match(part)
            opened = found[1].lower() if found else ""
            yield part if characters.is_plain(part) else _SPOKEN.sub(_spelt, part)
        elif opened in _AS_IT_IS:
            yield part
        elif opened:  # what can hold no element
            yield characters.spelt(part)
        else:
            yield characters.replaced(part, _badge)


def _spelt(said: re.Match[str]) -> str:
    return characters.spelt(said[0])


def _badge(character: str) -> str:
    name = characters.called(character)
    return (
        f'<bdi class="char" title="{name}">{characters.mark(character)}'
        f'<span class="visually-hidden"> ({name})</span></bdi>'
    )

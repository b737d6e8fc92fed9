"""The help page: what can go wrong and what it means, what stands behind the choices, the keys."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from imports.forms.filters import words_of
from imports.views.handbook import contents
from imports.views.http import Request, attachment

SAMPLE = (
    ("Full name", "Phone", "E-mail", "Source", "Type"),
    ("Ana Souza", "(206) 555-0123", "ana@example.com", "Google Ads", "Web form"),
    ("Ben Okafor", "+1 206 555 0177", "", "Referral", "Phone call"),
    ("Chen Li", "", "chen.li@example.com", "Facebook Ads", "Lead form"),
)


@require_GET
def about(request: Request) -> HttpResponse:
    """All entries, or those in which the words of a search occur."""
    words = words_of(request.GET.get("q"))
    sections = contents.search(words)
    context = {
        "words": words,
        "sections": sections,
        "found": sum(len(section.entries) for section in sections),
    }
    return render(request, "imports/help.html", context)


@require_GET
def sample(_request: Request) -> HttpResponseBase:
    """A spreadsheet to begin with."""
    lines = "\r\n".join(",".join(f'"{cell}"' for cell in line) for line in SAMPLE)
    return attachment(
        [f"\ufeff{lines}\r\n".encode()], "sample-leads.csv", "text/csv; charset=utf-8"
    )

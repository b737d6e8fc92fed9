"""Help where it is needed: explanations beside controls, links to the help page, the tour."""

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from imports import access, tour
from imports.columns.findings import Where
from imports.delivery import questions
from imports.models import Batch, Customer, Import
from imports.templatetags.ui import icon
from imports.views import tour_notes
from imports.views.handbook import contents, files
from imports.views.handbook.explanations import EXPLANATIONS

register = template.Library()

MOST_CUSTOMERS = 200  # to choose from
# What other errors may be taken for: the whole section, and an entry that one word leads to.
NOT_OF_FILES = (files.SECTION, "file-mapping")
FALLBACK = {"question": "waits", "about": "choices"}


@register.inclusion_tag("parts/explain.html")
def explain(name: str, *, words: bool = False, at: str = "") -> dict[str, Any]:
    """A button that opens an explanation beside a control; `words` shows the question itself.

    Where one stands twice on a page, `at` tells them apart.
    """
    return {
        "name": f"{name}-{at}" if at else name,
        "topic": name,
        "shows_words": words,
        "explanation": EXPLANATIONS[name],
    }


@register.simple_tag
def help_link(kind: str, code: str, about: str = "", *, mark: str = "") -> SafeString:
    """A link to the entry of the help page; for a code that it does not know, to its section.

    In a part that polls it has a `mark`, so that the focus stays on it.
    """
    anchor = f"{kind}-{code}"
    if anchor not in contents.anchors():
        anchor = FALLBACK.get(kind, f"{kind}s")
    return _link(anchor, about, mark)


@register.simple_tag
def file_help(failed: Import) -> SafeString:
    """The link for an import whose file could not be used."""
    return _link(files.of_import(failed))


@register.simple_tag
def refusal_help(sentence: str, otherwise: str = files.SECTION) -> SafeString:
    """The link for an upload that was refused with these words; `otherwise` where none names it."""
    anchor = files.anchor_of(sentence)
    return _link(otherwise if anchor == files.SECTION else anchor)


@register.simple_tag
def note_help(sentence: str) -> str:
    """The link for an error that may be about a file; nothing where it is about something else."""
    anchor = files.anchor_of(sentence)
    return "" if anchor in NOT_OF_FILES else _link(anchor)


@register.simple_tag
def decision_help(batch: Batch) -> SafeString:
    """The link for a request that waits for a person."""
    code = batch.reason if batch.reason in questions.CASES else "other"
    anchor = f"decision-{code if batch.first_sent_at else 'never_sent'}"
    return _link(anchor, mark=f"help-{batch.pk}")


def _link(anchor: str, about: str = "", mark: str = "") -> SafeString:
    """A page may hold many of these links, so each says to a screen reader about what it is."""
    about = about or contents.titles()[anchor]
    more = format_html('<span class="visually-hidden">: {}</span>', about)
    named = format_html(' id="{}"', mark) if mark else ""
    address = f"{reverse('help')}#{anchor}"
    return format_html(
        '<a class="help-link"{} href="{}">{}What this means{}</a>',
        named,
        address,
        icon("circle-question-mark"),
        more,
    )


@register.simple_tag
def place(where: Where, lead_import: Import) -> str:
    """The address of a finding's rows or columns."""
    page = reverse(f"import_{where.page}", args=[lead_import.pk])
    asked = {
        "result": where.result, "problem": where.problem, "after": where.after,
        "about": where.about,
    }  # fmt: skip
    if where.page == "columns":
        return f"{page}#custom-{where.column}"
    if where.page == "rows" and where.problem:
        asked["column"] = where.column
    query = "&".join(f"{name}={value}" for name, value in asked.items() if value not in ("", None))
    return page + (f"?{query}" if query else "") + (f"#{where.part}" if where.part else "")


@register.simple_tag(takes_context=True)
def tour_offer(context: Context, *, always: bool = False) -> list[Customer]:
    """The customers of which one can be chosen for the tour, for a person who imported nothing
    yet; `always` for whoever may import at all.
    """
    request: Any = context["request"]
    if not (always or tour.is_offered(request.user)):
        return []
    customers = access.customers_to_import_for(request.user).order_by("name", "pk")
    return list(customers[:MOST_CUSTOMERS])


@register.simple_tag(takes_context=True)
def tour_note(context: Context) -> tour_notes.Note | None:
    """What the tour says on this page of the import, if it is on. Where it comes anew, by
    another address, `again_on` is the name of its page.
    """
    request: Any = context["request"]
    lead_import: Import = context["lead_import"]
    if not tour.is_shown_on(request.user, lead_import):
        return None
    page = context.get("again_on") or request.resolver_match.url_name
    return tour_notes.note(page, lead_import, asks_send=request.GET.get("tour") == "send")

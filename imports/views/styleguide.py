"""The style guide: every component of the pages in each of its states, with sample content."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from imports.forms.styleguide import SampleForm
from imports.models import Batch, BatchState, ImportState, NoticeKind, WebhookCall
from imports.reports.balance import Balance
from imports.views import by_key, palette, styleguide_charts, words
from imports.views.http import Request, toast
from imports.views.steps import STEPS, Step
from imports.views.tabs import OF_IMPORT, Tab


@dataclass(frozen=True, slots=True)
class Section:
    """A component: its name, how to use it in one sentence, and what makes it."""

    slug: str
    name: str
    how: str
    made_with: str

    @property
    def template(self) -> str:
        return f"styleguide/{self.slug}.html"


SECTIONS: Final = (
    Section(
        "colours", "Colours",
        "Use the token and never a code; a colour never says something alone.",
        "custom properties of portal.css",
    ),
    Section(
        "type", "Type and space",
        "One size for reading, one smaller for what is said beside, two larger for headings.",
        "h1, h2, h3, small, muted, stack, --space-s",
    ),
    Section(
        "formats", "Numbers, dates, lengths of time",
        "Every number, moment, length of time and size goes through one of these.",
        "number, when, duration, took, size",
    ),
    Section(
        "button", "Button",
        "One primary button on a page; danger for what cannot be undone; plain for the way back.",
        "button, primary, danger, plain, big, block",
    ),
    Section(
        "field", "Field",
        "A label above, help below, an error below that; the summary of errors takes the focus.",
        "field tag, parts/form_errors.html",
    ),
    Section(
        "badge", "Badge",
        "A state or a result: an icon, a word and a colour, the same on every page.",
        "state_badge, result_badge, request_badge, call_badge, level_badge, badge tags",
    ),
    Section(
        "note", "Note",
        "Something to know before going on, beside what it is about, with the act that helps.",
        "note, with good, info, warn, bad, odd or quiet",
    ),
    Section(
        "table", "Table",
        "For what is compared; where it is narrow each row becomes a card.",
        "table-box, stack-table, num, data-label",
    ),
    Section(
        "list", "List and groups",
        "For what is gone through one by one; a group opens to show what it consists of.",
        "list, group, quote",
    ),
    Section(
        "tabs", "Tabs",
        "Parallel views of one thing, each a page with an address of its own.",
        "parts/tabs.html",
    ),
    Section(
        "stepper", "Stepper",
        "The road of an import: what is done, where it stands, what comes.",
        "parts/stepper.html",
    ),
    Section(
        "pager", "Pager",
        "How many there are, and the way to the others: by key where a list grows, else numbered.",
        "parts/pager_by_key.html, parts/pager.html",
    ),
    Section(
        "chips", "Chips",
        "Filters: one that is chosen among some, or those that are on and can be taken off.",
        "chips, chip, parts/chips.html",
    ),
    Section(
        "dialogs", "Dialog",
        "A question before an act that goes far; its page works just as well without scripts.",
        "dialog.js, hx-target of the page's dialog",
    ),
    Section(
        "menu", "Menu",
        "Links and acts that are seldom needed, behind a button.",
        "menu, popover",
    ),
    Section(
        "toast", "Toast",
        "For a success that leaves no other trace; without scripts it is a plain note.",
        "toast() of views/http.py",
    ),
    Section(
        "empty", "Empty state",
        "Says why nothing is here and the one next step; no match differs from nothing yet.",
        "empty",
    ),
    Section(
        "progress", "Progress",
        "How far something is, always with words beside it.",
        "progress, live parts",
    ),
    Section(
        "tile", "Tile",
        "A figure and what it counts, read as one sentence.",
        "tiles, tile tag",
    ),
    Section(
        "drop", "Drop area",
        "Takes files however they come; without scripts it is a plain file input.",
        "drop, upload.js",
    ),
    Section(
        "outcome", "Outcome bar",
        "Every row of an import in exactly one part, with the counts in words.",
        "outcome_bar tag",
    ),
    Section(
        "chart", "Chart",
        "A title, a sentence, the drawing, a legend, and the same numbers as a table to open.",
        "parts/charts/bars.html, swatch.html, views/drawing.py",
    ),
    Section(
        "explain", "Explanation",
        "Plain words beside a control that needs them; the question is shown where there is room.",
        "explain tag, views/handbook/explanations.py",
    ),
    Section(
        "copy", "Copy button",
        "Beside ids and texts of errors; it says in place that it was done.",
        "parts/copy.html",
    ),
)  # fmt: skip


@require_GET
def guide(request: Request) -> HttpResponse:
    """All components on one page."""
    context = {
        "sections": SECTIONS,
        "colours": palette.colours(),
        **_forms(),
        **_badges(),
        **_places(),
        **styleguide_charts.context(),
        "moment": dt.datetime(2025, 11, 3, 12, 5, 9, tzinfo=dt.UTC),
        "now": timezone.now(),
        "over": _balance(created=820, updated=240, skipped=60, failed=35, unknown=5),
        "ready": _balance(not_sent=1_160),
    }
    return render(request, "styleguide/guide.html", context)


@require_POST
def show_toast(request: Request) -> HttpResponse:
    """A toast to look at."""
    toast(request, "This is a toast. Nothing was changed.")
    return redirect(f"{reverse('styleguide')}#toast")


def _forms() -> dict[str, SampleForm]:
    wrong = {"wrong-name": "", "wrong-email": "ines@", "wrong-region": "NL", "wrong-keep": "on"}
    return {
        "plain": SampleForm(prefix="plain", initial={"mega_id": "1f0c", "on_duplicate": "skip"}),
        "wrong": SampleForm(wrong, prefix="wrong"),
    }


def _badges() -> dict[str, Any]:
    """An example of every state and result that has a look."""
    return {
        "states": [state.value for state in ImportState],
        "results": list(words.RESULTS),
        "requests": [Batch(state=state) for state in BatchState],
        "notices": [words.NOTICES[kind] for kind in NoticeKind],
        "calls": [WebhookCall(state=state) for state in WebhookCall.State],
        "levels": list(words.LEVELS),
    }


def _places() -> dict[str, Any]:
    """What shows where one is: steps, tabs, pages, filters."""
    steps = [
        Step(label, "" if i > 3 else "#stepper", is_current=i == 2, is_done=i < 3)
        for i, (_, label) in enumerate(STEPS)
    ]
    return {
        "steps": steps,
        "tabs": [Tab(label, icon, "#tabs", label == "Rows") for _, label, icon in OF_IMPORT],
        "numbered": Paginator(range(345), 50).get_page(3),
        "by_key": by_key.Stretch(range(50), "7", "9", by_key.MOST, is_longer=True),
        "filters": {
            "chips": [
                {"name": "state", "label": "State", "value": "Finished"},
                {"name": "customer", "label": "Customer", "value": "Harbour Clinic"},
            ]
        },
    }


def _balance(**counts: int) -> Balance:
    before = {"invalid": 52, "duplicate": 20, "blank": 8}
    rows = sum(counts.values()) + sum(before.values())
    return Balance(import_id=0, state=ImportState.FINISHED, rows=rows, **before, **counts)

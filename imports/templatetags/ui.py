"""What templates need to show times, numbers, icons, states and results alike everywhere."""

import datetime as dt
import re
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from imports.delivery import questions
from imports.models import Batch, Import, Priority, WebhookCall
from imports.views import words
from imports.views.http import PLACE

register = template.Library()

_CODE = re.compile(r"[a-z]+(_[a-z]+)+")


@cache
def _svg(name: str) -> str:
    return (Path(settings.BASE_DIR) / "templates" / "icons" / f"{name}.svg").read_text().strip()


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An icon of `templates/icons`, hidden from screen readers: a word always stands beside it."""
    svg = _svg(name)
    if extra:
        svg = svg.replace('class="icon"', f'class="icon {extra}"', 1)
    return mark_safe(svg)  # noqa: S308 - files of ours


@register.filter
def number(value: int | float | None) -> str:
    """1234567 is "1,234,567"; nothing is a dash."""
    return "–" if value is None else f"{value:,.0f}"


@register.filter
def duration(seconds: float | None) -> str:
    """A length of time as a person would say it: "40 s", "6 min", "1 h 20 min", "3 days 4 h"."""
    if seconds is None:
        return ""
    total = max(0, round(seconds))
    if total < 60:
        return f"{total} s"
    minutes = round(total / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} days {hours} h" if hours else f"{days} days"


@register.filter
def took(seconds: float | None) -> str:
    """How long an exchange took: to the hundredth while it is short, then as `duration`."""
    return duration(seconds) if seconds is None or seconds >= 60 else f"{seconds:.2f} s"


@register.filter
def size(count: int) -> str:
    """An amount of bytes as lists of files show it, in the browser too: "512 bytes", "1.5 KB"."""
    if count < 1024:
        return f"{count} byte" if count == 1 else f"{count} bytes"
    if count < 1024**2:
        return f"{count / 1024:.1f} KB"
    return f"{count / 1024**2:,.1f} MB"


@register.filter
def minutes(value: float | None) -> str:
    """The same for a number of minutes."""
    return "" if value is None else duration(value * 60)


@register.simple_tag
def when(moment: dt.datetime | None, *, seconds: bool = False) -> str:
    """A moment in the reader's zone, which is named; the whole of it, and UTC, on hover.

    Of today only the time is shown; paper, which is read on another day, gets the day as well.
    """
    if moment is None:
        return "–"
    local = timezone.localtime(moment)
    clock = local.strftime("%H:%M:%S" if seconds else "%H:%M")
    day = f"{local.day} {local:%b %Y}, "
    is_today = local.date() == timezone.localtime().date()
    return format_html(
        '<time datetime="{}" title="{}"{}>{}{} {}</time>',
        iso(moment),
        f"{local:%A} {local.day} {local:%B %Y, %H:%M:%S %Z} "
        f"({moment.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC)",
        format_html(' data-day="{}"', day) if is_today else "",
        "" if is_today else day,
        clock,
        f"{local:%Z}",
    )


@register.filter
def utc(moment: dt.datetime) -> str:
    """A moment as paper and the trail write it: "2025-11-03 12:05 UTC"."""
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


@register.simple_tag
def utc_now() -> str:
    """When a page was made, likewise."""
    return utc(timezone.now())


@register.filter
def iso(moment: dt.datetime) -> str:
    """A moment for machines: "2025-11-03T12:05:09Z"."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@register.filter
def month(day: dt.date, style: str = "") -> str:
    """A month in words: "November 2026", `short` "Nov 2026", `name` "November"."""
    return day.strftime({"short": "%b %Y", "name": "%B"}.get(style, "%B %Y"))


@register.filter
def day(moment: dt.date) -> str:
    """A day without its time: 3 Nov 2025, as in reports."""
    return f"{moment.day} {moment:%b %Y}"


@register.filter
def isodate(day: dt.date, style: str = "") -> str:
    """A day or, with `month`, a month for addresses: "2026-11-03", "2026-11"."""
    return f"{day:%Y-%m}" if style == "month" else f"{day:%Y-%m-%d}"


@register.simple_tag
def ago(moment: dt.datetime, *, bare: bool = False) -> str:
    """How long ago a moment was, `bare` without that word; the moment itself on hover."""
    local = timezone.localtime(moment)
    passed = duration((timezone.now() - moment).total_seconds())
    return format_html(
        '<time datetime="{}" title="{}">{}{}</time>',
        iso(moment),
        f"{local:%A} {local.day} {local:%B %Y, %H:%M:%S %Z}",
        passed,
        "" if bare else " ago",
    )


@register.inclusion_tag("parts/badge.html")
def badge(tone: str, icon_name: str, word: str) -> dict[str, Any]:
    """A badge of the page's own words; states and results have badges of their own below."""
    return {"look": words.Look(word, tone, icon_name)}


@register.inclusion_tag("parts/badge.html")
def state_badge(code: str) -> dict[str, Any]:
    """An import's state as icon, word and colour."""
    return {"look": words.state(code), "spins": code in {"reading", "checking"}}


@register.inclusion_tag("parts/badge.html")
def result_badge(code: str) -> dict[str, Any]:
    """A row's result as icon, word and colour."""
    return {"look": words.result(code)}


@register.inclusion_tag("parts/badge.html")
def request_badge(batch: Batch) -> dict[str, Any]:
    """The state of a request as icon, word and colour."""
    return {"look": words.request(batch)}


@register.inclusion_tag("parts/badge.html")
def level_badge(level: str) -> dict[str, Any]:
    """Whether a problem keeps its row back or lets it go."""
    return {"look": words.LEVELS[level]}


@register.inclusion_tag("parts/badge.html")
def call_badge(call: WebhookCall) -> dict[str, Any]:
    """What became of the call of a webhook."""
    return {"look": words.CALLS[call.state]}


@register.simple_block_tag
def tile(content: str, value: object, *, of: int = 0, url: str = "", tone: str = "") -> str:
    """A figure and, between the tags, what it counts; they are read as one sentence."""
    context = {"label": content, "value": value, "of": of, "url": url, "tone": tone}
    return render_to_string("parts/tile.html", context)


@register.filter
def conclusion(code: str) -> str:
    """What was concluded of an exchange with MEGA, in words; a later release's code as it is."""
    return words.CONCLUSIONS.get(code, code)


@register.filter
def meaning(code: str) -> str:
    """What a result means, in one sentence."""
    return words.MEANINGS.get(code.replace(" ", "_"), "")


@register.filter
def call_result(code: str) -> str:
    """What became of a try to post a webhook."""
    return f"HTTP {code}" if code.isdecimal() else words.CALL_RESULTS.get(code, code)


@register.inclusion_tag("parts/outcome_bar.html")
def outcome_bar(balance: Any, *, before: bool = False, table: bool = False) -> dict[str, Any]:
    """The balance sheet as a bar of 1,000 parts with a legend in words.

    `before` sending, what is not sent yet is what will be. A `table` of the same numbers is offered
    where none stands beside the bar.
    """
    buckets = [(code, count) for code, _, count in balance.buckets() if count]
    total = sum(count for _, count in buckets) or 1
    segments, x = [], 0.0
    for code, count in buckets:
        width = 1000 * count / total
        segments.append(
            {"code": code, "count": count, "x": f"{x:.2f}", "width": f"{width:.2f}"}
            | {"word": words.result(code).word, "percent": f"{100 * count / total:.1f}"}
            | ({"code": "ready", "word": "Will be sent"} if before and code == "not_sent" else {})
        )
        x += width
    return {"segments": segments, "table": table, "total": sum(count for _, count in buckets)}


@register.inclusion_tag("parts/priority.html")
def priority_control(lead_import: Import, *, on_customer: bool = False) -> dict[str, Any]:
    """A form that gives an import another turn; show it only to those who may steer it."""
    return {"one": lead_import, "choices": Priority.choices, "on_customer": on_customer}


@register.simple_tag
def case_of(batch: Batch, lead_import: Import) -> questions.Case:
    """What happened to a request that waits for a person, and what each choice does."""
    return questions.explain(batch, lead_import.on_duplicate)


@register.inclusion_tag("parts/field.html")
def field(bound: BoundField, label: str = "") -> dict[str, Any]:
    """A form field with its label, help and errors."""
    kind = getattr(bound.field.widget, "input_type", "")
    return {"field": bound, "label": label or bound.label, "kind": kind}


@register.simple_tag(takes_context=True)
def current(context: Context, *prefixes: str) -> str:
    """The attribute that marks a link of the navigation whose pages begin so."""
    request = context.get("request")
    path = request.path if request else ""
    here = any(path == prefix or (prefix != "/" and path.startswith(prefix)) for prefix in prefixes)
    return mark_safe('aria-current="page"') if here else ""


@register.simple_tag(takes_context=True)
def drop_filter(context: Context, name: str) -> str:
    """The page's address without one filter; without any it says that none is wanted."""
    query = context["request"].GET.copy()
    for one in (name, *PLACE):
        query.pop(one, None)
    return f"?{query.urlencode()}" if any(query.values()) else "?reset"


@register.filter
def facts(found: dict[str, Any]) -> list[tuple[str, str]]:
    """The facts of an event in words: pairs of name and value."""
    return [(name.replace("_", " "), _fact(value)) for name, value in found.items()]


def _fact(value: Any) -> str:
    """A code without its underscores, yes and no, lists with commas; everything else as it is."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ([], {}):
        return "–"
    if isinstance(value, list):
        return ", ".join(_fact(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {words}" for name, words in facts(value))
    return str(value).replace("_", " ") if _CODE.fullmatch(str(value)) else str(value)

"""The cells of a row of the grid: made here, as a page may have ten thousand of them."""

from django import template
from django.template import Context
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from imports.columns import problems
from imports.review.grid import LONGEST, Cell, GridRow
from imports.templatetags.ui import icon
from imports.views import words

register = template.Library()


@register.simple_tag(takes_context=True)
def drop_grid_filter(context: Context, name: str) -> str:
    """The page's address without one filter."""
    query = context["request"].GET.copy()
    for one in (name, "after"):
        query.pop(one, None)
    return f"?{query.urlencode()}"


@register.simple_tag
def grid_cells(row: GridRow, can_edit: bool) -> SafeString:
    """Each cell with what is wrong in it, in words and with an icon, and what the file has."""
    return mark_safe("".join(_cell(cell, can_edit=can_edit) for cell in row.cells))  # noqa: S308 - of escaped parts


def _cell(cell: Cell, *, can_edit: bool) -> str:
    shown = f"{cell.value[:LONGEST]}…" if cell.is_long else cell.value
    edits = f' data-column="{cell.column}" data-seen="{cell.seen}"' if can_edit else ""
    if cell.is_masked:
        edits = ""
    long = " data-long" if cell.is_long else ""
    marks = "".join(_mark(one.level, one.code) for one in cell.problems)
    return (
        f'<td data-label="{escape(cell.name)}"{edits}{long}>'
        f'<bdi class="value">{escape(shown)}</bdi>{marks}{_corrected(cell)}</td>'
    )


def _mark(level: str, code: str) -> str:
    look = words.LEVELS[level]
    title = problems.kind(code).title
    return format_html(
        '<span class="mark {}">{}{}: {}</span>', look.tone, icon(look.icon), look.word, title
    )


def _corrected(cell: Cell) -> str:
    if cell.was is None:
        return ""
    was = f"“{problems.shorten(cell.was)}”" if cell.was else "blank"
    return format_html(
        '<span class="mark info">{}Corrected, the file has {}</span>', icon("pencil"), was
    )

"""Charts for any page that has asked `access` for what they are about: drawn by templates, as SVG.

Each comes with a title, a sentence that says what it shows, and a table of the same numbers.
"""

from typing import Any

from django import template
from django.template import Context

from imports.models import Customer, Import
from imports.reports.charts import months, reasons
from imports.views import charts, drawing

register = template.Library()


@register.filter
def each(text: str) -> list[str]:
    """The words of a text, to be looped over."""
    return text.split()


@register.filter
def tenths(value: float) -> str:
    """2.0 is "2", 2.25 is "2.2"."""
    return f"{value:.1f}".removesuffix(".0")


@register.filter
def share(count: int, most: int) -> int:
    """How much of the largest number another one is, in per cent."""
    return round(100 * count / most) if most else 0


@register.filter
def wait_words(why: str) -> str:
    """What sending waited for."""
    return drawing.WAITS[why]


@register.inclusion_tag("parts/charts/pace.html")
def import_pace(lead_import: Import) -> dict[str, Any]:
    """Requests a minute of an import; nothing before its first request."""
    return charts.of_import(lead_import)


@register.inclusion_tag("parts/charts/pace.html", takes_context=True)
def customer_pace(context: Context, customer: Customer) -> dict[str, Any]:
    """Requests a minute with a customer's token, in the hour or day that the address says."""
    return charts.of_customer(customer, context["request"].GET.get("pace", ""))


@register.inclusion_tag("parts/charts/months.html")
def customer_months(customer: Customer) -> dict[str, Any]:
    """Rows by month and outcome of a customer, for the last year."""
    return charts.of_months(charts.year_of(customer))


@register.inclusion_tag("parts/charts/months.html")
def draw_months(found: list[months.Month]) -> dict[str, Any]:
    """The same of months that a view has counted."""
    return charts.of_months(found)


@register.inclusion_tag("parts/charts/reasons.html")
def import_reasons(lead_import: Import) -> dict[str, Any]:
    """Why MEGA refused rows of an import, the most frequent reasons first."""
    return {"reasons": reasons.of_import(lead_import), "lead_import": lead_import}


@register.inclusion_tag("parts/charts/reasons.html")
def draw_reasons(found: reasons.Reasons) -> dict[str, Any]:
    """The same of several imports, which a view has counted."""
    return {"reasons": found}

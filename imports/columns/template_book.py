"""A workbook to fill in for one customer: its headings are understood without a person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import xlsxwriter

from imports.columns import fields
from imports.columns.fields import Field
from imports.models import Customer, Import

LEADS = "Leads"
EXAMPLES = "Examples (not imported)"
LATEST = 20  # imports, whose custom fields are taken to be the customer's
LAST_ROW = 1_048_575  # of a sheet, counted from 0
_SAMPLES: dict[str, tuple[str, str]] = {
    "contact_name": ("Ana Souza", "Ben Okafor"),
    "contact_phone": ("(206) 555-0123", "+1 206 555 0177"),
    "contact_email": ("ana@example.com", ""),
    "source_platform": ("google_ads", "referral"),
    "source_type": ("form", "phone_call"),
    "stage_slug": ("new", ""),
    "owner_id": ("0f6c1d52-3b7e-4c55-8a54-6d1b0e9f7a01", ""),
    "lead_line": ("buyer", "seller"),
}
_TOLD = "These are examples: nothing on this sheet is imported. Fill in the sheet “Leads”."


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet: the heading that the portal knows, and the field behind it."""

    heading: str
    field: Field


def write(customer: Customer) -> bytes:
    """Return the workbook.

    1. A sheet for the leads, empty under its headings: text cells, so that phones and ids keep
    their digits, drop-downs where MEGA has fixed values, help beside each heading. 2. Examples on
    a sheet that lies on its side, a field in each row: read by mistake, it has no lead columns.
    """
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    columns = list(columns_of(customer))
    _write_leads(book, columns)
    _write_examples(book, columns)
    book.close()
    return target.getvalue()


def columns_of(customer: Customer) -> Iterator[Column]:
    """MEGA's fields under names that are surely understood, then the customer's custom fields."""
    for field in fields.FIELDS:
        if field.name not in fields.NAME_PARTS:  # the full name is asked for
            # "Stage" and "Owner" could be anything; under MEGA's own names no sample is doubted.
            own = field.kind in {"stage", "uuid"}
            yield Column(field.name if own else field.label, field)
    for target in _custom_fields(customer):
        custom = fields.find(target)
        if custom is not None:
            yield Column(target, custom)


def _custom_fields(customer: Customer) -> list[str]:
    """In the order in which the newest imports have them."""
    latest = Import.objects.filter(customer=customer, mapping__isnull=False).order_by("-pk")
    found: dict[str, None] = {}
    for content in latest.values_list("mapping__content", flat=True)[:LATEST]:
        for column in content.get("columns", []):
            if (column.get("target") or "").startswith(fields.CUSTOM):
                found[column["target"]] = None
    return list(found)


def _write_leads(book: Any, columns: Sequence[Column]) -> None:
    sheet = book.add_worksheet(LEADS)
    text = book.add_format({"num_format": "@"})
    bold = book.add_format({"num_format": "@", "bold": True, "bottom": 1})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, max(16, len(column.heading) + 4), text)
        sheet.write_string(0, place, column.heading, bold)
        sheet.write_comment(0, place, _help(column), {"x_scale": 2, "y_scale": 1.5})
        if column.field.values:
            sheet.data_validation(1, place, LAST_ROW, place, _drop_down(column))
    sheet.freeze_panes(1, 0)


def _help(column: Column) -> str:
    values = column.field.values
    allowed = f"\nOne of: {', '.join(values)}." if values else ""
    return (
        f"{column.field.help}{allowed}\n"
        "A cell may stay empty; each row needs a name, a phone or an e-mail."
    )


def _drop_down(column: Column) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": list(column.field.values),
        "error_title": column.heading,
        "error_message": "MEGA takes only the values of the list. Choose one, or leave it empty.",
    }


def _write_examples(book: Any, columns: Sequence[Column]) -> None:
    sheet = book.add_worksheet(EXAMPLES)
    grey = book.add_format({"num_format": "@", "italic": True, "font_color": "#566072"})
    bold = book.add_format({"bold": True})
    sheet.set_tab_color("#858e9e")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 2, 44)
    sheet.set_column(3, 4, 24)
    sheet.write_string(0, 0, _TOLD, bold)
    sheet.write_row(2, 0, ["Column", "What it is", "Allowed", "One lead", "Another lead"], bold)
    for row, column in enumerate(columns, start=3):
        samples = _SAMPLES.get(column.field.name, ("", ""))
        cells = [column.heading, column.field.help, ", ".join(column.field.values), *samples]
        for place, cell in enumerate(cells):
            sheet.write_string(row, place, cell, grey if place > 2 else None)

"""The old values that an import kept, as a file."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from django.db import connection

from imports.models import BeforeImage, Import
from imports.reports.files import BOM, FLUSH
from imports.reports.harmless import harmless

COLUMNS = ("Row", "Lead ID", "Read at", "Held back")
FIELDS = (
    "contact_name",
    "contact_phone",
    "contact_email",
    "source_platform",
    "source_type",
    "status",
    "stage_slug",
    "stage_name",
    "owner_id",
    "owner_name",
    "lead_line",
    "last_interaction_at",
    "created_at",
    "updated_at",
)
_SLUGS = """
    SELECT DISTINCT jsonb_object_keys(content->'custom_fields') FROM imports_beforeimage
    WHERE import_id = %s AND jsonb_typeof(content->'custom_fields') = 'object' ORDER BY 1
"""


def write_csv(lead_import: Import) -> Iterator[bytes]:
    """Give the old values as CSV: UTF-8 with BOM, CRLF, comma; a line for each row and lead.

    Custom fields have a column each. Times are as MEGA told them, `Read at` in UTC.
    """
    slugs = _slugs(lead_import)
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BOM)
    custom = [f"custom_fields.{slug}" for slug in slugs]
    writer.writerow([harmless(name) for name in (*COLUMNS, *FIELDS, *custom)])
    for place, image in enumerate(_images(lead_import), start=1):
        writer.writerow([harmless(text) for text in _line(image, slugs)])
        if place % FLUSH == 0:
            yield _drain(buffer)
    yield _drain(buffer)


def _images(lead_import: Import) -> Iterator[BeforeImage]:
    images = BeforeImage.objects.filter(lead_import=lead_import).order_by("number", "lead_id")
    return images.iterator(chunk_size=2_000)


def _slugs(lead_import: Import) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_SLUGS, [lead_import.pk])
        return [slug for (slug,) in cursor.fetchall()]


def _line(image: BeforeImage, slugs: list[str]) -> list[str]:
    custom = image.content.get("custom_fields") or {}
    return [
        str(image.number),
        image.lead_id,
        image.read_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        image.held,
        *(_text(image.content.get(name)) for name in FIELDS),
        *(_text(custom.get(slug)) for slug in slugs),
    ]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _drain(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", errors="replace")

"""Which of its fields a row went without, by the rules of what an update may overwrite."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection

from imports.columns import fields
from imports.delivery import overwrite_choice
from imports.models import Import

_BODIES = """
    SELECT number, body FROM imports_lead
    WHERE import_id = %s AND mapping_id = %s AND number = ANY(%s)
"""


def sentences(lead_import: Import, left_out: Mapping[int, Collection[str]]) -> dict[int, str]:
    """Say of each row, whose request left out these fields, which of them the row would have had.

    Of rows that had none of them nothing is said.
    """
    if not left_out:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_BODIES, [lead_import.pk, lead_import.mapping_id, list(left_out)])
        bodies = {number: json.loads(body) for number, body in cursor.fetchall()}
    said = {number: _sentence(bodies[number], names) for number, names in left_out.items()}
    return {number: sentence for number, sentence in said.items() if sentence}


def _sentence(body: Mapping[str, Any], names: Collection[str]) -> str:
    lost = [name for name in names if _has(body, name)]
    if not lost:
        return ""
    return f"Sent without {overwrite_choice.labels(lost)}, which an update was not to overwrite."


def _has(body: Mapping[str, Any], name: str) -> bool:
    if name.startswith(fields.CUSTOM):
        return name.removeprefix(fields.CUSTOM) in body.get("custom_fields", {})
    return name in body

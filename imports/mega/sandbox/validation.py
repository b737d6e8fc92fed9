"""What makes MEGA refuse a whole request: the vendor's schema, with every offender named.

Properties that the schema does not know are ignored, as it does not forbid them. A `null` is not a
string: it is refused wherever the schema asks for one.
"""

import re
from collections.abc import Iterator
from typing import Any

from imports.mega import contract

MOST_NAMED = 50
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL = re.compile(
    rf"(?=.{{3,254}}\Z)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]\Z"
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_STRINGS = tuple(name for name in contract.FIELDS if name != "custom_fields")
_CHOICES = {
    "source_platform": contract.SOURCE_PLATFORMS,
    "source_type": contract.SOURCE_TYPES,
    "lead_line": contract.LEAD_LINES,
}


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID in its usual notation."""
    return _UUID.match(text) is not None


def problems(content: Any) -> str:
    """Return MEGA's message about a decoded body, '' when the request may be worked on."""
    found: list[str] = []
    for problem in _of_request(content):
        if len(found) == MOST_NAMED:
            found.append("and more")
            break
        found.append(problem)
    return "; ".join(found)


def _of_request(content: Any) -> Iterator[str]:
    if not isinstance(content, dict):
        yield "body: must be a JSON object"
        return
    if content.get("on_duplicate", "update") not in contract.ON_DUPLICATE:
        yield "on_duplicate: must be one of update, skip"
    if not isinstance(content.get("dry_run", False), bool):
        yield "dry_run: must be a boolean"
    leads = content.get("leads")
    if not isinstance(leads, list):
        yield "leads: must be an array"
    elif not 1 <= len(leads) <= contract.MAX_ROWS:
        yield f"leads: must contain 1 to {contract.MAX_ROWS} items, not {len(leads)}"
    else:
        for index, row in enumerate(leads):
            yield from _of_row(f"leads[{index}]", row)


def _of_row(where: str, row: Any) -> Iterator[str]:
    if not isinstance(row, dict):
        yield f"{where}: must be an object"
        return
    for name in _STRINGS:
        if name in row:
            yield from _of_field(f"{where}.{name}", name, row[name])
    if not any(_has_text(row.get(name)) for name in contract.CONTACT_FIELDS):
        yield f"{where}: at least one of {', '.join(contract.CONTACT_FIELDS)} is required"
    if "custom_fields" in row:
        yield from _of_custom_fields(f"{where}.custom_fields", row["custom_fields"])


def _of_field(where: str, name: str, value: Any) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{where}: must be a string"
    elif name == "contact_email" and not _EMAIL.match(value):
        yield f"{where}: must be a valid email address"
    elif name == "owner_id" and not is_uuid(value):
        yield f"{where}: must be a UUID"
    elif name in _CHOICES and value not in _CHOICES[name]:
        yield f"{where}: must be one of {', '.join(_CHOICES[name])}"


def _of_custom_fields(where: str, value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: must be an object"
        return
    for slug, scalar in value.items():
        if not isinstance(scalar, str | int | float | bool | None):
            yield f"{where}.{slug[:60]}: must be a string, number, boolean or null"


def _has_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())

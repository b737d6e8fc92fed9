"""What MEGA's description of the bulk endpoint demands of one lead, written down independently.

It is stricter than JSON Schema alone: formats are checked, and a value is never empty.
"""

import json
import math
import re

STRINGS = {
    "contact_name",
    "contact_phone",
    "contact_email",
    "source_platform",
    "source_type",
    "stage_slug",
    "owner_id",
    "lead_line",
}
ENUMS = {
    "source_platform": "google_ads meta_ads google_organic direct referral hubspot zoho ghl shopify"
    " zenmaid lead_docket salesforce",
    "source_type": "form phone_call email chat sms manual import",
    "lead_line": "buyer seller",
}
# The narrowest of the common validators (zod's), with RFC 5321's lengths.
EMAIL = re.compile(
    r"(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}"
)
# Addresses that are legal, but that a validator may not know: these travel apart.
UNUSUAL = re.compile(
    r"[^\s@\x00-\x20\"(),:;<>\[\]\\]+@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z0-9\-]{2,}"
)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
CONTACTS = {"contact_name", "contact_phone", "contact_email"}


def faults(lead, *, apart=False):
    """Everything for which MEGA would refuse the request that holds this lead.

    Of a lead that travels `apart` it may refuse the address.
    """
    found = [f"unknown {key}" for key in lead.keys() - STRINGS - {"custom_fields"}]
    found += [f"bad {key}" for key in lead.keys() & STRINGS if not _is_text(lead[key])]
    found += [
        f"{key} outside" for key in ENUMS if key in lead and lead[key] not in ENUMS[key].split()
    ]
    custom = lead.get("custom_fields", {"a": "b"})
    if not isinstance(custom, dict) or not custom or not all(map(_is_scalar, custom.values())):
        found.append("bad custom_fields")
    elif not all(_is_text(slug) and slug != "lead_line" for slug in custom):
        found.append("bad slug")
    if not lead.keys() & CONTACTS:
        found.append("no contact")
    return found + _formats(lead, UNUSUAL if apart else EMAIL) + _unencodable(lead)


def _formats(lead, address):
    found = []
    email = lead.get("contact_email", "a@b.co")
    if not address.fullmatch(email) or len(email) > 254 or len(email.split("@")[0]) > 64:
        found.append("email")
    if not UUID.fullmatch(lead.get("owner_id", "0" * 8 + "-0000-0000-0000-" + "0" * 12)):
        found.append("uuid")
    if not re.fullmatch(r"\+[1-9][0-9]{3,16}", lead.get("contact_phone", "+12065550123")):
        found.append("phone")
    return found


def _unencodable(lead):
    try:
        body = json.dumps(lead, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return ["not UTF-8"]
    return ["NUL"] if b"\\u0000" in body else []


def _is_scalar(value):
    """Numbers are those that every program keeps as they are."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return math.isfinite(value) and abs(value) < 10**15
    return isinstance(value, bool) or _is_text(value)


def _is_text(value):
    return isinstance(value, str) and value != "" and value == value.strip()

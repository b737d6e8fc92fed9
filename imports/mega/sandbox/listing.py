"""GET /leads: filters, order, pages and cursors as the vendor's guide describes them."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from imports.mega.contract import LEAD_LINES
from imports.mega.sandbox.accounts import Customer
from imports.mega.sandbox.matching import phone_key
from imports.mega.sandbox.replies import Refusal
from imports.mega.sandbox.store import Lead

CURSOR_SORTS = ("created_at", "updated_at")
SORTS = (*CURSOR_SORTS, "last_interaction_at")


@dataclass(frozen=True, slots=True)
class Page:
    """A decoded query; `after` is the place that a cursor stands for."""

    sort_by: str
    descending: bool
    limit: int
    offset: int
    after: tuple[str, str] | None
    with_custom_fields: bool


def listing(query: Mapping[str, str], customer: Customer, leads: Iterable[Lead]) -> dict[str, Any]:
    """Return the answer to a query; raise Refusal (400) naming what is wrong with it."""
    page = _page(query)
    tests = _tests(query, customer)
    found = [lead for lead in leads if all(test(lead) for test in tests)]
    found.sort(key=lambda lead: _place(lead, page), reverse=page.descending)
    total = len(found)
    if page.after is not None:
        found = [lead for lead in found if _is_after(_place(lead, page), page)]
    window = found[page.offset : page.offset + page.limit]
    has_more = page.offset + page.limit < len(found) and page.sort_by in CURSOR_SORTS
    return {
        "leads": [shown(lead, customer, page.with_custom_fields) for lead in window],
        "total": total,
        "limit": page.limit,
        "offset": page.offset,
        "next_cursor": _cursor(page, window[-1]) if has_more else None,
    }


def shown(lead: Lead, customer: Customer, with_custom_fields: bool) -> dict[str, Any]:
    """Return a lead as the API shows it."""
    stage = lead.stage_slug
    owner = lead.owner_id
    told = {
        "id": lead.id,
        "customer_id": lead.customer_id,
        "contact_name": lead.contact_name,
        "contact_phone": lead.contact_phone,
        "contact_email": lead.contact_email,
        "source_platform": lead.source_platform,
        "source_type": lead.source_type,
        "status": lead.status,
        "score": None,
        "qualified": None,
        "current_stage": _stage(stage, customer) if stage else None,
        "owner": _owner(owner, customer) if owner else None,
        "last_interaction_at": lead.last_interaction_at,
        "interaction_count": lead.interaction_count,
        "created_at": lead.created_at,
        "updated_at": lead.updated_at,
    }
    if with_custom_fields:
        line = {"lead_line": lead.lead_line} if lead.lead_line else {}
        told["custom_fields"] = {**lead.custom_fields, **line}
    return told


def _stage(slug: str, customer: Customer) -> dict[str, str]:
    name = slug.replace("_", " ").capitalize()
    return {"id": customer.stage_id(slug), "slug": slug, "name": name, "color": "#6b7280"}


def _owner(owner_id: str, customer: Customer) -> dict[str, str]:
    return {
        "id": owner_id,
        "name": customer.owners.get(owner_id, "Former member"),
        "role_name": "Agent",
    }


def _page(query: Mapping[str, str]) -> Page:
    sort_by = _choice(query, "sort_by", SORTS, "updated_at")
    descending = _choice(query, "sort_dir", ("asc", "desc"), "asc") == "desc"
    custom = _choice(query, "include_custom_fields", ("true", "false"), "false") == "true"
    after = None
    if query.get("cursor"):
        after = _read_cursor(query["cursor"], sort_by, descending)
    limit, offset = _integer(query, "limit", 1, 100, 20), _integer(query, "offset", 0, None, 0)
    return Page(sort_by, descending, limit, offset, after, custom)


def _place(lead: Lead, page: Page) -> tuple[str, str]:
    """Return what leads are ordered by; one that nobody had to do with comes before all others."""
    return (getattr(lead, page.sort_by) or "", lead.id)


def _is_after(place: tuple[str, str], page: Page) -> bool:
    assert page.after is not None  # noqa: S101 - asked only with a cursor
    return place < page.after if page.descending else place > page.after


def _cursor(page: Page, lead: Lead) -> str:
    content = [page.sort_by, page.descending, *_place(lead, page)]
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def _read_cursor(text: str, sort_by: str, descending: bool) -> tuple[str, str]:
    try:
        made_by, made_descending, value, lead_id = json.loads(base64.urlsafe_b64decode(text))
        after = (str(value), str(lead_id))
    except (ValueError, TypeError):
        raise Refusal(400, "cursor: is not one that this endpoint gave out") from None
    if (made_by, made_descending) != (sort_by, descending):
        raise Refusal(400, "cursor: was made under another sort_by or sort_dir")
    return after


def _tests(query: Mapping[str, str], customer: Customer) -> list[Callable[[Lead], bool]]:
    tests: list[Callable[[Lead], bool]] = []
    if query.get("status"):
        tests.append(lambda lead: lead.status == query["status"])
    if query.get("stageId"):
        slugs = {slug for slug in customer.stages if customer.stage_id(slug) == query["stageId"]}
        tests.append(lambda lead: lead.stage_slug in slugs)
    if query.get("lead_line"):
        line = _choice(query, "lead_line", LEAD_LINES, "")
        tests.append(lambda lead: lead.lead_line == line)
    if query.get("search"):
        tests.append(search(query["search"]))
    for name, attribute in (("created_since", "created_at"), ("updated_since", "updated_at")):
        if query.get(name):
            tests.append(_since(attribute, _moment(query, name)))
    return tests


def search(text: str) -> Callable[[Lead], bool]:
    """Return a test for a name, e-mail or phone in any notation."""
    words, digits = text.strip().casefold(), phone_key(text)

    def test(lead: Lead) -> bool:
        if digits and phone_key(lead.contact_phone) == digits:
            return True
        texts = (lead.contact_name, lead.contact_email, lead.contact_phone)
        return any(words in one.casefold() for one in texts if one)

    return test


def _since(attribute: str, moment: str) -> Callable[[Lead], bool]:
    return lambda lead: getattr(lead, attribute) >= moment


def _moment(query: Mapping[str, str], name: str) -> str:
    try:
        moment = datetime.fromisoformat(query[name])
    except ValueError:
        raise Refusal(400, f"{name}: must be a date and time in ISO 8601") from None
    return stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def stamp(moment: datetime) -> str:
    """Return a moment as leads keep it: texts of equal length that sort like their times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _choice(query: Mapping[str, str], name: str, values: tuple[str, ...], default: str) -> str:
    value = query.get(name) or default
    if value not in values:
        raise Refusal(400, f"{name}: must be one of {', '.join(values)}")
    return value


def _integer(query: Mapping[str, str], name: str, low: int, high: int | None, default: int) -> int:
    text = query.get(name) or str(default)
    fits = text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= low
    if not fits or (high is not None and int(text) > high):
        up_to = "" if high is None else f" to {high}"
        raise Refusal(400, f"{name}: must be a whole number from {low}{up_to}")
    return int(text)

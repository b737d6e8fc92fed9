"""The work of a bulk request: each row created, merged, skipped or failed, in the rows' order."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imports.mega.contract import RESERVED_CUSTOM_SLUGS, STATUSES
from imports.mega.sandbox.accounts import Customer
from imports.mega.sandbox.store import Book, Draft, Lead, new_lead


@dataclass(frozen=True, slots=True)
class Order:
    """A validated request: what is to be done for which customer."""

    leads: Sequence[Mapping[str, Any]]
    on_duplicate: str
    dry_run: bool

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Order":
        """Read a body that passed validation."""
        return cls(
            content["leads"],
            content.get("on_duplicate", "update"),
            content.get("dry_run", False),
        )


def work(order: Order, customer: Customer, book: Book, now: str) -> tuple[bytes, list[Lead]]:
    """Carry an order out; return the answer's body and the leads that are new or changed.

    A dry run goes the same way, but its draft is thrown away: no lead is created or changed.
    """
    draft = Draft(book)
    results = [_row(row, order, customer, draft, now) for row in order.leads]
    changed = [] if order.dry_run else draft.commit()
    counts = Counter(result["status"] for result in results)
    unknown = {slug for result in results for slug in result["ignored_custom_fields"]}
    answer = {
        "dry_run": order.dry_run,
        "summary": {"total": len(results)} | {status: counts[status] for status in STATUSES},
        "results": results,
        "unknown_custom_fields": sorted(unknown),
    }
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode(), changed


def _row(
    row: Mapping[str, Any], order: Order, customer: Customer, draft: Draft, now: str
) -> dict[str, Any]:
    custom, ignored = _custom_fields(row, customer)
    result: dict[str, Any] = {
        "row_ref": row.get("row_ref"),
        "status": "failed",
        "lead_id": None,
        "matched_by": None,
        "errors": _errors(row, customer) or None,
        "ignored_custom_fields": ignored,
    }
    if result["errors"]:
        return result
    found, result["matched_by"] = draft.find(row)
    if found is not None and order.on_duplicate == "skip":
        return result | {"status": "skipped", "lead_id": _shown_id(found, order, draft)}
    base = found or new_lead(customer.customer_id, now, customer.stages[0])
    lead = base.merged(row, custom, now)
    result["status"] = "updated" if found else "created"
    result["lead_id"] = _shown_id(lead, order, draft)
    draft.put(lead)
    return result


def _shown_id(lead: Lead, order: Order, draft: Draft) -> str | None:
    """Return the lead's id, None for one that a dry run only imagines."""
    return None if order.dry_run and draft.is_new(lead) else lead.id


def _errors(row: Mapping[str, Any], customer: Customer) -> list[str]:
    errors = []
    stage, owner = row.get("stage_slug"), row.get("owner_id")
    if stage is not None and stage not in customer.stages:
        errors.append(f"stage_slug: '{stage}' is not a stage of this customer's pipeline")
    if owner is not None and owner.lower() not in customer.owners:
        errors.append(f"owner_id: '{owner}' is not one of this customer's team members")
    return errors


def _custom_fields(row: Mapping[str, Any], customer: Customer) -> tuple[dict[str, Any], list[str]]:
    """Return what of the row's custom fields is known, and the slugs that are not.

    A reserved slug is none that a customer can define, so it is among the unknown.
    """
    given = row.get("custom_fields") or {}
    usable = customer.custom_fields - RESERVED_CUSTOM_SLUGS
    known = {slug: value for slug, value in given.items() if slug in usable}
    return known, [slug for slug in given if slug not in usable]

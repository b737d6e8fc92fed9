"""What MEGA accepts and what it answers: fields, limits, the bytes of a request, typed answers.

Source: the vendor's description of `POST /api/agents/crm/leads/bulk`, and its public guides. The
answers are read tolerantly: whatever in them is odd stays visible, so that only trustworthy results
are ever taken for outcomes.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

BULK_PATH = "/api/agents/crm/leads/bulk"
LEADS_PATH = "/api/agents/crm/leads"
SCOPE_READ = "public_api:leads:read"
SCOPE_WRITE = "public_api:leads:write"

MAX_ROWS = 500
FIELDS = (  # in the order in which they are sent
    "row_ref",
    "contact_name",
    "contact_phone",
    "contact_email",
    "source_platform",
    "source_type",
    "stage_slug",
    "owner_id",
    "lead_line",
    "custom_fields",
)
CONTACT_FIELDS = ("contact_name", "contact_phone", "contact_email")
SOURCE_PLATFORMS = (
    "google_ads",
    "meta_ads",
    "google_organic",
    "direct",
    "referral",
    "hubspot",
    "zoho",
    "ghl",
    "shopify",
    "zenmaid",
    "lead_docket",
    "salesforce",
)
SOURCE_TYPES = ("form", "phone_call", "email", "chat", "sms", "manual", "import")
LEAD_LINES = ("buyer", "seller")
ON_DUPLICATE = ("update", "skip")
STATUSES = ("created", "updated", "skipped", "failed")
MATCHED_BY = ("email", "phone")
RESERVED_CUSTOM_SLUGS = frozenset({"lead_line"})

_MESSAGE_LENGTH = 4000
_TEXT_LENGTH = 1000
_SLUG_LENGTH = 200
_ID_LENGTH = 200
_MOST_TEXTS = 100

_STATUSES: frozenset[str] = frozenset(STATUSES)
_MATCHED_BY: frozenset[str | None] = frozenset({*MATCHED_BY, None})

_TOKEN = re.compile(r"mega_[0-9a-fA-F]{64}")
_NAMED_ROW = re.compile(r"\bleads(?:\[([0-9]{1,3})\]|\.([0-9]{1,3})(?=[.:\s]|$))")
# Control characters and lone surrogates: neither a database nor a terminal should meet them.
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class MalformedAnswer(Exception):  # noqa: N818 - it names what was received, not what went wrong
    """The answer as a whole cannot be used; the text says why, without any of its content."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer of any status: header names in lower case, no cookies."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class RowResult(msgspec.Struct, gc=False):  # five hundred an answer
    """What MEGA says about one row. `row_ref` is None and `status` '' where it is not a text."""

    row_ref: str | None
    status: str
    lead_id: str | None = None
    matched_by: str | None = None
    errors: tuple[str, ...] | None = ()
    ignored_custom_fields: tuple[str, ...] | None = ()


class _Told(msgspec.Struct):
    """An answer to a bulk request as the vendor describes it."""

    results: list[RowResult]
    dry_run: bool | None = None
    summary: Any = None
    unknown_custom_fields: list[str] | None = None


_TOLD = msgspec.json.Decoder(_Told)


@dataclass(frozen=True, slots=True)
class BulkResult:
    """The answer to a bulk request as it came; `dry_run` is None when it does not say."""

    dry_run: bool | None
    summary: Mapping[str, int]
    results: Sequence[RowResult]
    unknown_custom_fields: tuple[str, ...] = ()

    def by_ref(self, expected: Collection[str]) -> dict[str, RowResult]:
        """Return the trustworthy results by row_ref.

        Kept are refs that we asked for, with a status that we know; a ref with two results that
        differ is kept with neither.
        """
        asked = frozenset(expected)
        kept = {one.row_ref: one for one in self.results if one.row_ref and one.row_ref in asked}
        if len(kept) == len(self.results) and {one.status for one in self.results} <= _STATUSES:
            return kept  # each of them once, nothing odd
        return self._sifted(asked)

    def _sifted(self, asked: Collection[str]) -> dict[str, RowResult]:
        kept: dict[str, RowResult] = {}
        untrusted: set[str] = set()
        for result in self.results:
            ref = result.row_ref
            if ref is None or ref not in asked:
                continue
            first = kept.setdefault(ref, result)
            if result.status not in STATUSES or (first is not result and first != result):
                untrusted.add(ref)
        for ref in untrusted:
            del kept[ref]
        return kept


def looks_like_token(text: str) -> bool:
    """Whether the text is `mega_` and 64 hexadecimal digits."""
    return _TOKEN.fullmatch(text) is not None


def encode_body(leads: Sequence[Mapping[str, object]], on_duplicate: str, dry_run: bool) -> bytes:
    """Encode 1 to 500 leads as the exact bytes of a request: the same leads, the same bytes.

    Fields stand in the contract's order, custom fields by slug; blank values are left out. Raises
    ValueError for what could never be a request (no rows, too many, an unknown field, NaN).
    """
    if not 1 <= len(leads) <= MAX_ROWS:
        raise ValueError(f"A request takes 1 to {MAX_ROWS} leads, not {len(leads)}.")
    if on_duplicate not in ON_DUPLICATE:
        raise ValueError(f"on_duplicate is one of {', '.join(ON_DUPLICATE)}, not {on_duplicate!r}.")
    content = {
        "leads": [_ordered(lead) for lead in leads],
        "on_duplicate": on_duplicate,
        "dry_run": dry_run,
    }
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode()


def _ordered(lead: Mapping[str, object]) -> dict[str, object]:
    strangers = lead.keys() - set(FIELDS)
    if strangers:
        raise ValueError(f"A lead has no field {min(strangers)!r}.")
    row = {name: lead[name] for name in FIELDS if name in lead and not _is_blank(lead[name])}
    custom = row.get("custom_fields")
    if isinstance(custom, Mapping):
        row["custom_fields"] = {k: custom[k] for k in sorted(custom) if not _is_blank(custom[k])}
        if not row["custom_fields"]:
            del row["custom_fields"]
    return row


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def parse_bulk(body: bytes) -> BulkResult:
    """Read the body of a 200; raise MalformedAnswer when it is not usable as a whole."""
    return _as_described(body) or _whatever_it_is(body)


def _as_described(body: bytes) -> BulkResult | None:
    """Read an answer in which all is as the vendor describes it, in a third of the time.

    None for any other, however little odd it is: that one is read value by value.
    """
    try:
        body.decode()  # the decoder passes over what it is not asked for, whatever bytes it is
        told = _TOLD.decode(body)
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError):
        return None
    rows = told.results
    if (
        not {row.status for row in rows} <= _STATUSES
        or not {row.matched_by for row in rows} <= _MATCHED_BY
    ):
        return None
    _make_fit(rows)
    return BulkResult(
        told.dry_run, _counts(told.summary), rows, _texts(told.unknown_custom_fields, _SLUG_LENGTH)
    )


def _make_fit(rows: Sequence[RowResult]) -> None:
    """Clean the texts of rows; ids, of which each has one, are looked at together."""
    for row in rows:
        row.errors = _texts(row.errors, _TEXT_LENGTH) if row.errors else ()
        ignored = row.ignored_custom_fields
        row.ignored_custom_fields = _texts(ignored, _SLUG_LENGTH) if ignored else ()
    ids = [row.lead_id for row in rows if row.lead_id]
    whole = "".join(ids)
    if not whole.isprintable() or " " in whole or max(map(len, ids), default=0) > _ID_LENGTH:
        for row in rows:
            row.lead_id = row.lead_id and _clean(row.lead_id, _ID_LENGTH)


def _whatever_it_is(body: bytes) -> BulkResult:
    """Read an answer value by value, so that what is odd in it spoils nothing else."""
    content = _load(body)
    if content is None:
        raise MalformedAnswer("MEGA's answer is not JSON.")
    if not isinstance(content, dict):
        raise MalformedAnswer("MEGA's answer is not a JSON object.")
    results = content.get("results")
    if not isinstance(results, list):
        raise MalformedAnswer("MEGA's answer has no list of results.")
    dry_run = content.get("dry_run")
    return BulkResult(
        dry_run=dry_run if isinstance(dry_run, bool) else None,
        summary=_counts(content.get("summary")),
        results=tuple(_row_result(one) for one in results if isinstance(one, dict)),
        unknown_custom_fields=_texts(content.get("unknown_custom_fields"), _SLUG_LENGTH),
    )


def _counts(summary: object) -> dict[str, int]:
    if not isinstance(summary, dict):
        return {}
    return {name: n for name, n in summary.items() if type(n) is int}


def _load(body: bytes) -> Any:
    """Return the JSON value of the body, None when there is none.

    The standard library takes what is nearly JSON, too: half a surrogate, UTF-16, NaN.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _row_result(one: dict[str, Any]) -> RowResult:
    get = one.get
    ref, status, lead_id, matched_by = get("row_ref"), get("status"), get("lead_id"), None
    if isinstance(status, str):
        status = status if status in STATUSES else _clean(status, 40)
    if (said := get("matched_by")) in MATCHED_BY:
        matched_by = said
    errors, ignored = get("errors"), get("ignored_custom_fields")
    return RowResult(
        ref if isinstance(ref, str) else None,
        status if isinstance(status, str) else "",
        _clean(lead_id, _ID_LENGTH) if isinstance(lead_id, str) else None,
        matched_by,
        _texts(errors, _TEXT_LENGTH) if errors else (),
        _texts(ignored, _SLUG_LENGTH) if ignored else (),
    )


def _texts(value: object, length: int) -> tuple[str, ...]:
    if not value or not isinstance(value, list | tuple):
        return ()
    return tuple(_clean(text, length) for text in value[:_MOST_TEXTS] if isinstance(text, str))


def _clean(text: str, length: int) -> str:
    fit = (text if text.isprintable() else _UNFIT.sub(" ", text)).strip()
    return fit if len(fit) <= length else fit[: length - 1] + "…"


def error_message(body: bytes) -> str:
    """Return the message of MEGA's error envelope, fit to be stored and shown; '' if none."""
    content = _load(body)
    error = content.get("error") if isinstance(content, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    return _clean(message, _MESSAGE_LENGTH) if isinstance(message, str) else ""


def named_rows(message: str) -> set[int]:
    """Return the indexes, from 0, of the leads that a message such as `leads[3].…` names."""
    found = (int(first or second) for first, second in _NAMED_ROW.findall(message))
    return {index for index in found if index < MAX_ROWS}

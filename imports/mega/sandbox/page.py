"""The sandbox's page: accounts, the leads that arrived, the last requests, what to do wrong."""

from collections.abc import Mapping
from datetime import UTC
from functools import cache
from itertools import islice
from pathlib import Path
from urllib.parse import urlencode

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from imports.mega.contract import SCOPE_WRITE
from imports.mega.sandbox.accounts import BOTH_SCOPES, Key
from imports.mega.sandbox.faults import BODIES, KINDS
from imports.mega.sandbox.journal import Entry
from imports.mega.sandbox.listing import search
from imports.mega.sandbox.replies import Reply
from imports.mega.sandbox.service import Service
from imports.mega.sandbox.store import Lead

PAGE_ROWS = 50
REQUESTS_SHOWN = 20
_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MEGA sandbox: {count}</title>
<link rel="stylesheet" href="/_sandbox/style.css">
</head>
<body>
<header>
<h1>MEGA sandbox</h1>
<p class="quiet">A stand-in for the MEGA CRM on this machine. Nothing here reaches the real one.
Times are UTC.</p>
</header>
<main>{leads}{requests}{faults}{accounts}</main>
</body>
</html>
"""


def page(service: Service, query: Mapping[str, str]) -> Reply:
    """Return the page; `q` searches the leads, `customer` narrows them, `page` counts from 1."""
    counts = service.store.counts()
    html = format_html(
        _FRAME,
        count=_several(sum(counts.values()), "lead"),
        leads=_leads(service, query),
        requests=_requests(service),
        faults=_faults(service),
        accounts=_accounts(service, counts),
    )
    return Reply(200, html.encode(), "text/html; charset=utf-8")


@cache
def _css() -> bytes:
    return Path(__file__).with_name("style.css").read_bytes()


def css() -> Reply:
    """Return the page's style sheet."""
    return Reply(200, _css(), "text/css; charset=utf-8")


def _table(caption: str, heads: tuple[str, ...], rows: SafeString) -> SafeString:
    cells = format_html_join("", '<th scope="col">{}</th>', ((head,) for head in heads))
    return format_html(
        '<div class="wide" role="region" aria-label="{}" tabindex="0"><table><caption>{}</caption>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>",
        heads[0] + " to " + heads[-1],
        caption,
        cells,
        rows,
    )


def _leads(service: Service, query: Mapping[str, str]) -> SafeString:
    text, customer = query.get("q", "").strip(), query.get("customer", "")
    every = _found(service, text, customer)
    pages = max(1, -(-len(every) // PAGE_ROWS))
    number = min(max(1, _number(query.get("page", ""))), pages)
    start = (number - 1) * PAGE_ROWS
    shown = islice(every, start, start + PAGE_ROWS)
    owners = {o: n for c in list(service.accounts.customers.values()) for o, n in c.owners.items()}
    rows = format_html_join(
        "",
        '<tr><td class="tight">{}</td><td>{}</td><td class="tight">{}</td><td>{}</td><td>{}</td>'
        '<td class="tight">{}</td><td>{}</td><td class="broad">{}</td></tr>',
        (_lead_cells(lead, owners) for lead in shown),
    )
    heads = ("Changed", "Name", "Phone", "E-mail", "Stage", "Owner", "Source", "Custom fields")
    caption = f"{_several(len(every), 'lead')}, the last changed first; page {number} of {pages}"
    table = _table(caption, heads, rows) if every else _no_leads(text)
    return format_html(
        '<section><h2>Leads</h2><form method="get" action="/" role="search">'
        '<label>Name, e-mail or phone<input type="search" name="q" value="{}"></label>'
        '<input type="hidden" name="customer" value="{}"><button>Search</button></form>{}{}'
        "</section>",
        text,
        customer,
        table,
        _paging(query, number, pages),
    )


def _found(service: Service, text: str, customer: str) -> list[Lead]:
    with service.lock:
        found = list(service.store.newest(customer or None))
    if text:
        fits = search(text)
        found = [lead for lead in found if fits(lead)]
    return sorted(found, key=lambda lead: lead.updated_at, reverse=True)


def _no_leads(text: str) -> SafeString:
    words = "No lead matches. " if text else "No leads yet. Send an import to this sandbox."
    return format_html('<p class="quiet">{}</p>', words)


def _lead_cells(lead: Lead, owners: Mapping[str, str]) -> tuple[str, ...]:
    custom = {**lead.custom_fields, **({"lead_line": lead.lead_line} if lead.lead_line else {})}
    source = [lead.source_platform, lead.source_type]
    return (
        lead.updated_at[:19].replace("T", " "),
        lead.contact_name or "",
        lead.contact_phone or "",
        lead.contact_email or "",
        lead.stage_slug or "",
        owners.get(lead.owner_id or "", lead.owner_id or ""),
        ", ".join(word for word in source if word),
        "; ".join(f"{slug}: {value}" for slug, value in custom.items()),
    )


def _paging(query: Mapping[str, str], number: int, pages: int) -> SafeString:
    places = (("Newer", number - 1), ("Older", number + 1))
    links = format_html_join(
        "",
        '<a href="/?{}">{}</a>',
        (
            (urlencode({**query, "page": place}), word)
            for word, place in places
            if 1 <= place <= pages
        ),
    )
    return format_html('<nav aria-label="Pages of leads">{}</nav>', links) if links else links


def _requests(service: Service) -> SafeString:
    entries = service.journal.entries
    complaints = service.journal.complaints() if len(entries) <= PAGE_ROWS * 100 else []
    rows = format_html_join(
        "",
        '<tr><td>{}</td><td class="tight">{}</td><td class="tight">{}</td><td>{}</td>'
        "<td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
        (_request_cells(entry) for entry in reversed(entries[-REQUESTS_SHOWN:])),
    )
    heads = ("No.", "Arrived", "Token", "Rows", "Idempotency-Key", "Answer", "Remarks")
    caption = f"{_several(len(entries), 'bulk request')}, the newest first; busiest minute: "
    busiest = service.journal.busiest_minute()
    said = format_html_join("", '<p class="bad">{}</p>', ((one,) for one in complaints[:10]))
    kept = mark_safe('<p class="good">The sender has kept every rule so far.</p>')
    return format_html(
        "<section><h2>Requests</h2>{}{}</section>",
        (said or kept) if entries else "",
        _table(f"{caption}{busiest}", heads, rows),
    )


def _request_cells(entry: Entry) -> tuple[object, ...]:
    answer = {None: "in hand", 0: "connection reset"}.get(entry.status, entry.status)
    remarks = [
        "dry run" if entry.is_dry_run else "",
        "same answer again" if entry.was_replay else "",
        "over the quota" if entry.over_quota else "",
        f"told to: {entry.fault}" if entry.fault else "",
    ]
    return (
        entry.number,
        entry.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        entry.shown,
        entry.rows,
        entry.key,
        answer,
        ", ".join(remark for remark in remarks if remark),
    )


def _faults(service: Service) -> SafeString:
    kinds = format_html_join(
        "",
        '<option value="{}">{}: {}</option>',
        ((k, k, words.replace("`", "")) for k, words in KINDS.items()),
    )
    bodies = format_html_join("", "<option>{}</option>", ((body,) for body in BODIES))
    waiting = format_html_join(
        "",
        "<p>Waiting: <code>{}</code>, {}, after {}.</p>",
        (
            (fault.kind, _several(fault.times, "time"), _several(fault.skip, "more request"))
            for fault in list(service.faults.waiting)
        ),
    )
    return format_html(_FAULT_FORM, kinds=kinds, bodies=bodies, waiting=waiting)


_FAULT_FORM = """<section><h2>Misbehave</h2>
<p class="quiet">Applies to the next bulk requests; dry runs and token checks are bulk requests,
too.</p>
<form method="post" action="/_sandbox/faults">
<label>What<select name="kind">{kinds}</select></label>
<label>Times<input type="number" name="times" value="1" min="1" max="1000"></label>
<label>After requests<input type="number" name="skip" value="0" min="0" max="1000"></label>
<label>Seconds<input type="number" name="seconds" value="3" min="0" max="120" step="any"></label>
<label>Status<input type="number" name="status" value="500" min="200" max="599"></label>
<label>Body<select name="body">{bodies}</select></label>
<label>Retry-After<input name="retry_after" size="12"></label>
<button>Misbehave</button>
</form>{waiting}
<div class="row">
<form method="post" action="/_sandbox/release"><button class="plain">Release what is held</button>
</form>
<form method="post" action="/_sandbox/calm"><button class="plain">Behave again</button></form>
<form method="post" action="/_sandbox/reset">
<button class="danger">Forget all leads, answers and requests</button></form>
</div></section>"""


def _accounts(service: Service, counts: Mapping[str, int]) -> SafeString:
    rows = format_html_join(
        "",
        '<tr><td><a href="/?customer={}"><code>{}</code></a></td><td class="tight">{}</td>'
        "<td>{}</td><td>{}</td><td>{}</td><td>{}{}</td></tr>",
        (_account_cells(key, service, counts) for key in list(service.accounts.keys.values())),
    )
    heads = ("Customer", "Token", "Leads", "Bulk requests a minute", "May", "Change")
    return format_html(
        "<section><h2>Accounts</h2>{}</section>",
        _table("Tokens that this sandbox has seen", heads, rows),
    )


def _account_cells(key: Key, service: Service, counts: Mapping[str, int]) -> tuple[object, ...]:
    may = "nothing: revoked" if key.revoked else ", ".join(sorted(key.scopes)) or "nothing"
    lacks_write = SCOPE_WRITE not in key.scopes
    scopes = " ".join(BOTH_SCOPES) if lacks_write else BOTH_SCOPES[0]
    return (
        key.customer_id,
        key.customer_id,
        key.masked,
        counts.get(key.customer_id, 0),
        service.limit_of(key),
        may,
        _change(key, "revoked", str(not key.revoked).lower(), "Revoke", "Restore", key.revoked),
        _change(key, "scopes", scopes, "Take write scope", "Give write scope", lacks_write),
    )


def _change(key: Key, name: str, value: str, do: str, undo: str, is_done: bool) -> SafeString:
    return format_html(
        '<form method="post" action="/_sandbox/accounts">'
        '<input type="hidden" name="fingerprint" value="{}">'
        '<input type="hidden" name="{}" value="{}"><button class="plain">{}</button></form> ',
        key.fingerprint,
        name,
        value,
        undo if is_done else do,
    )


def _several(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1

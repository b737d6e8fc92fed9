"""The sandbox's own endpoints under /_sandbox/: accounts, faults, journal, leads, reset.

JSON in, JSON out; the page's forms are taken as well and led back to the page.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from imports.errors import BadInput
from imports.mega.contract import looks_like_token
from imports.mega.sandbox.accounts import BOTH_SCOPES, Key
from imports.mega.sandbox.faults import fault_from
from imports.mega.sandbox.page import css, page
from imports.mega.sandbox.replies import Refusal, Reply, Request, json_reply
from imports.mega.sandbox.service import Service
from imports.mega.sandbox.validation import is_uuid

PREFIX = "/_sandbox/"
_JOURNAL_SHOWN = 1000
_ACCOUNT = {
    "token",
    "fingerprint",
    "customer_id",
    "scopes",
    "requests_per_minute",
    "stages",
    "owners",
    "custom_fields",
    "revoked",
}


def control(service: Service, request: Request) -> Reply:
    """Answer what is not an endpoint of MEGA's; raise Refusal for what there is not."""
    handler = _ROUTES.get((request.method, request.path))
    if handler is None:
        raise Refusal(404, "There is no such endpoint.")
    try:
        return handler(service, request)
    except BadInput as problem:
        raise Refusal(400, problem.sentence) from None


def account(service: Service, content: Mapping[str, Any]) -> Key:
    """Make a token known or change it; what is not named stays, a new one may do everything.

    `revoked` makes it answer 401, `scopes` without leads:write 403, another `customer_id` 403.
    """
    unknown = content.keys() - _ACCOUNT
    if unknown:
        raise BadInput(f"An account has no {', '.join(sorted(unknown))}.")
    accounts = service.accounts
    key = accounts.keys.get(str(content.get("fingerprint", "")))
    if key is None:
        key = _named_key(service, content)
    _change_key(key, content)
    owners, slugs = content.get("owners"), content.get("custom_fields")
    if owners is not None and not isinstance(owners, dict):
        raise BadInput("owners is an object of names by UUID.")
    accounts.set_up(
        key.customer_id,
        stages=_texts(content["stages"], "stages") if content.get("stages") else None,
        owners=owners,
        custom_fields=None if slugs is None else _texts(slugs, "custom_fields"),
    )
    service.keeper.write_accounts(accounts)
    return key


def _change_key(key: Key, content: Mapping[str, Any]) -> None:
    if "customer_id" in content:
        key.customer_id = _customer_id(content["customer_id"])
    if "scopes" in content:
        key.scopes = frozenset(_texts(content["scopes"], "scopes"))
    if "requests_per_minute" in content:
        key.requests_per_minute = _whole(content["requests_per_minute"])
    if "revoked" in content:
        key.revoked = content["revoked"] in (True, "true")


def _named_key(service: Service, content: Mapping[str, Any]) -> Key:
    token = str(content.get("token", ""))
    if not looks_like_token(token):
        raise BadInput("token is mega_ and 64 hexadecimal digits.")
    try:
        return service.accounts.known(token)
    except KeyError:
        customer_id = _customer_id(content.get("customer_id"))
        return service.accounts.register(token, customer_id, scopes=BOTH_SCOPES)


def _customer_id(value: Any) -> str:
    if not isinstance(value, str) or not is_uuid(value):
        raise BadInput("customer_id is a UUID.")
    return value.lower()


def _texts(value: Any, name: str) -> list[str]:
    texts = value.split() if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise BadInput(f"{name} is a list of texts.")
    return texts


def _whole(value: Any) -> int | None:
    """Read a number of requests a minute; nothing, or 0, is the sandbox's usual number."""
    try:
        number = int(value or 0)
    except (TypeError, ValueError):
        number = -1
    if not 0 <= number <= 100_000:
        raise BadInput("requests_per_minute is a whole number.")
    return number or None


def _content(request: Request) -> dict[str, Any]:
    if _is_form(request):
        pairs = parse_qsl(request.body.decode("utf-8", "replace"))
        return {name: value for name, value in pairs if value}
    try:
        content = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise BadInput("The body is a JSON object.")
    return content


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def _done(request: Request, content: object) -> Reply:
    if _is_form(request):
        return Reply(303, b"", "text/plain", {"Location": "/"})
    return json_reply(content)


def _post_account(service: Service, request: Request) -> Reply:
    key = account(service, _content(request))
    told = vars(key) | {"scopes": sorted(key.scopes)}
    return _done(request, told)


def _post_fault(service: Service, request: Request) -> Reply:
    content = _content(request)
    retry_after = content.pop("retry_after", None)
    if retry_after is not None:
        content["headers"] = {**content.get("headers", {}), "Retry-After": str(retry_after)}
    service.faults.add(fault_from(content))
    return _done(request, {"waiting": len(service.faults.waiting)})


def _post_release(service: Service, request: Request) -> Reply:
    service.faults.release()
    return _done(request, {"released": True})


def _post_calm(service: Service, request: Request) -> Reply:
    service.faults.clear()
    return _done(request, {"waiting": 0})


def _post_reset(service: Service, request: Request) -> Reply:
    service.clear()
    return _done(request, {"reset": True})


def _get_journal(service: Service, _request: Request) -> Reply:
    entries = service.journal.entries
    return json_reply(
        {
            "complaints": service.journal.complaints(),
            "busiest_minute": service.journal.busiest_minute(),
            "count": len(entries),
            "requests": [entry.facts() for entry in entries[-_JOURNAL_SHOWN:]],
        }
    )


def _get_leads(service: Service, request: Request) -> Reply:
    customer_id = request.query.get("customer_id") or None
    with service.lock:
        leads = [lead.facts() for lead in service.store.newest(customer_id)]
    return json_reply({"count": len(leads), "leads": leads})


def _get_page(service: Service, request: Request) -> Reply:
    return page(service, request.query)


def _get_css(_service: Service, _request: Request) -> Reply:
    return css()


_ROUTES: dict[tuple[str, str], Callable[[Service, Request], Reply]] = {
    ("GET", "/"): _get_page,
    ("GET", PREFIX + "style.css"): _get_css,
    ("GET", PREFIX + "journal"): _get_journal,
    ("GET", PREFIX + "leads"): _get_leads,
    ("POST", PREFIX + "accounts"): _post_account,
    ("POST", PREFIX + "faults"): _post_fault,
    ("POST", PREFIX + "release"): _post_release,
    ("POST", PREFIX + "calm"): _post_calm,
    ("POST", PREFIX + "reset"): _post_reset,
}

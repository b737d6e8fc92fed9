"""Answers spoilt as a fault says: the work was done, but what comes back cannot be trusted."""

import json
import random
from collections.abc import Callable
from typing import Any

from imports.mega.sandbox.faults import Fault
from imports.mega.sandbox.replies import Refusal, Reply

Results = list[dict[str, Any]]
_HTML = (
    b"<html><head><title>Bad gateway</title></head>"
    b"<body><h1>Bad gateway</h1><p>The upstream server is not there.</p></body></html>"
)


def _every_third(results: Results, change: dict[str, Any]) -> Results:
    return [one | change if n % 3 == 0 else one for n, one in enumerate(results)]


def _contradict(results: Results) -> Results:
    others = [one | {"status": _other(one["status"])} for one in results[::3]]
    return results + others


def _other(status: str) -> str:
    return "failed" if status != "failed" else "created"


def _more(results: Results) -> Results:
    return results + [one | {"row_ref": f"stranger-{n}"} for n, one in enumerate(results[:3])]


def shuffled(results: Results) -> Results:
    """Return the results in another order."""
    return random.sample(results, len(results))


_RESULTS: dict[str, Callable[[Results], Results]] = {
    "fewer_results": lambda results: [one for n, one in enumerate(results) if n % 3],
    "more_results": _more,
    "doubled_results": lambda results: [one for one in results for _ in range(2)],
    "contradicting_results": _contradict,
    "shuffled_results": shuffled,
    "null_row_refs": lambda results: _every_third(results, {"row_ref": None}),
    "unknown_status": lambda results: _every_third(results, {"status": "merged_sideways"}),
}


def with_results(body: bytes, change: Callable[[Results], Results]) -> bytes:
    """Return the answer with its results changed."""
    answer = json.loads(body)
    answer["results"] = change(answer["results"])
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def spoil(reply: Reply, fault: Fault) -> Reply:
    """Return what goes out instead of the answer to a request whose work was done."""
    if fault.kind == "status_after_work":
        reply = plain(fault)
    elif fault.kind in _RESULTS:
        reply.body = with_results(reply.body, _RESULTS[fault.kind])
    elif fault.kind == "broken_json":
        reply.body = reply.body[: len(reply.body) * 2 // 3]
    elif fault.kind == "other_type":
        reply.body = b"[" + reply.body + b"]"
    elif fault.kind == "no_results":
        reply.body = b'{"ok":true}'
    elif fault.kind == "half_body":
        reply.cut = len(reply.body) // 2
    elif fault.kind == "drip":
        reply.drip = fault.seconds
    return reply


def plain(fault: Fault) -> Reply:
    """Return the answer of a fault with a status: the vendor's envelope, a gateway's page or
    nothing.
    """
    if fault.body == "json":
        return Refusal(fault.status, fault.message).reply()
    if fault.body == "html":
        return Reply(fault.status, _HTML, "text/html")
    return Reply(fault.status, b"", "text/plain")

"""What the sandbox can be told to do wrong, and to which of the next bulk requests."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from imports.errors import BadInput

# kind: what it does. `before` and `after` mean the work that a request asks for.
KINDS = {
    "delay_before": "wait `seconds`, then work",
    "delay_after": "work, then wait `seconds` before answering",
    "hold_before": "wait until released, then work",
    "hold_after": "work, then wait until released before answering",
    "drop_before_reading": "reset the connection without reading the body",
    "drop_before_work": "read the request, then reset the connection",
    "drop_after_work": "work, then reset the connection",
    "half_body": "work, then send half the answer and close",
    "drip": "work, then send the answer a byte every `seconds`",
    "status": "answer `status` without working",
    "status_after_work": "work, then answer `status`",
    "broken_json": "work, then answer JSON that breaks off",
    "other_type": "work, then answer a JSON list instead of an object",
    "no_results": "work, then answer an object without results",
    "fewer_results": "work, then leave out every third result",
    "more_results": "work, then add results for rows that nobody sent",
    "doubled_results": "work, then give every result twice",
    "contradicting_results": "work, then give every third result again with another status",
    "shuffled_results": "work, then give the results in another order",
    "null_row_refs": "work, then give every third result without its row_ref",
    "unknown_status": "work, then give every third result a status that nobody knows",
    "headers": "work, and set `headers` on the answer, whatever is true",
    "no_rate_headers": "work, and leave the quota's headers out",
}
BODIES = ("json", "html", "empty")
LONGEST_DELAY = 120.0
MOST_TIMES = 1000


@dataclass(frozen=True)
class Fault:
    """One kind of misbehaviour for some of the next bulk requests.

    It lets `skip` requests pass, then applies to `times` of them; `token` narrows it to one key,
    `only` to 'send' or 'dry_run'; 'read' means requests that list leads, which no other fault
    strikes (of the kinds that delay, hold, drop, answer a status, `headers` and broken_json).
    `headers` go onto the answer, with any kind that answers.
    """

    kind: str
    times: int = 1
    skip: int = 0
    token: str = ""
    only: str = ""
    seconds: float = 1.0
    status: int = 500
    body: str = "json"
    message: str = "Told to misbehave."
    headers: Mapping[str, str] = field(default_factory=dict)
    without_rate_headers: bool = False

    def __post_init__(self) -> None:
        """Refuse what makes no sense, naming what does."""
        _check(self.kind in KINDS, f"kind is one of {', '.join(KINDS)}")
        _check(self.body in BODIES, f"body is one of {', '.join(BODIES)}")
        _check(self.only in ("", "send", "dry_run", "read"), "only is send, dry_run, read or empty")
        _check(1 <= self.times <= MOST_TIMES, f"times is 1 to {MOST_TIMES}")
        _check(0 <= self.skip <= MOST_TIMES, f"skip is 0 to {MOST_TIMES}")
        _check(0 <= self.seconds <= LONGEST_DELAY, f"seconds is 0 to {LONGEST_DELAY:.0f}")
        _check(200 <= self.status <= 599, "status is 200 to 599")
        words = [str(text) for pair in self.headers.items() for text in pair]
        printable = all(word.isascii() and word.isprintable() for word in words)
        _check(printable, "headers are pairs of printable ASCII texts")


def fault_from(content: Mapping[str, Any]) -> Fault:
    """Make a fault of decoded JSON or form fields; raise BadInput with what would be right."""
    kinds = {one.name: type(getattr(_EXAMPLE, one.name)) for one in fields(Fault)}
    unknown = content.keys() - kinds.keys()
    _check(not unknown, f"there is no {', '.join(sorted(unknown))}")
    _check("kind" in content, f"kind is one of {', '.join(KINDS)}")
    try:
        return Fault(**{name: kinds[name](value) for name, value in content.items()})
    except (TypeError, ValueError):
        raise BadInput("A fault's times, skip and status are whole numbers.") from None


def _check(holds: bool, expected: str) -> None:
    if not holds:
        raise BadInput(f"This fault cannot be used: {expected}.")


_EXAMPLE = Fault("status")


class Faults:
    """The faults that are waiting for their requests; may be used from several threads."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self._lock = threading.Lock()
        self._released = threading.Event()

    def add(self, fault: Fault) -> None:
        """Queue a fault; those that were queued before go first."""
        with self._lock:
            self.waiting.append(fault)

    def take(
        self, token: str, *, is_dry_run: bool = False, unread: bool = False, is_read: bool = False
    ) -> Fault | None:
        """Return the fault that this request meets, if any, and count it.

        A request meets the first one that fits it. `unread` asks only for the kind that strikes
        before the body is read; whether it is a dry run is not known then.
        """
        with self._lock:
            for index, fault in enumerate(self.waiting):
                if (fault.only == "read") != is_read:
                    continue
                if not is_read and (fault.kind == "drop_before_reading") != unread:
                    continue
                if fault.token not in ("", token):
                    continue
                if (
                    fault.only
                    and not unread
                    and not is_read
                    and (fault.only == "dry_run") != is_dry_run
                ):
                    continue
                return self._count(index, fault)
        return None

    def _count(self, index: int, fault: Fault) -> Fault | None:
        if fault.skip:
            self.waiting[index] = replace(fault, skip=fault.skip - 1)
            return None
        if fault.times > 1:
            self.waiting[index] = replace(fault, times=fault.times - 1)
        else:
            del self.waiting[index]
        return fault

    @property
    def next_release(self) -> threading.Event:
        """Return what is set when the requests that are here now may go on."""
        with self._lock:
            return self._released

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than until the next release."""
        self.next_release.wait(seconds)

    def release(self) -> None:
        """Let the requests that are held or delayed now go on."""
        with self._lock:
            waited_for, self._released = self._released, threading.Event()
        waited_for.set()

    def clear(self) -> None:
        """Forget all faults and let held requests go on."""
        with self._lock:
            self.waiting.clear()
        self.release()

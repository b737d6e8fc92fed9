"""Which fault strikes when: everything follows from the seed, so that a failure can be repeated."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

MEAN_GAP = 4.0  # seconds between two faults
MOST_RESTARTS, WITHIN = 3, 60.0  # of servers: whoever keeps them running gives up at five
CUSTOMERS = 4
WORKERS = 2

Chance = random.Random


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `at` seconds after the beginning, what, and how."""

    at: float
    what: str
    how: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        how = " ".join(f"{name}={value}" for name, value in self.how.items())
        return f"{self.at:7.1f} s  {self.what} {how}".rstrip()


def faults(seed: int, seconds: float) -> Iterator[Fault]:
    """Give the faults of a seed in their order."""
    chance = random.Random(f"faults {seed}")
    restarts: list[float] = []
    at = 3.0
    while at < seconds:
        what = chance.choices(list(_FAULTS), [weight for weight, _ in _FAULTS.values()])[0]
        how = _FAULTS[what][1](chance)
        if what in RESTARTS:
            restarts = [one for one in restarts if one > at - WITHIN]
            if len(restarts) >= MOST_RESTARTS:
                what, how = "cut database", {}
            else:
                restarts.append(at)
        yield Fault(round(at, 1), what, how)
        at += chance.expovariate(1 / MEAN_GAP)


def _nothing(_chance: Chance) -> dict[str, Any]:
    return {}


def _seconds(least: float, most: float) -> Callable[[Chance], dict[str, Any]]:
    return lambda chance: {"seconds": round(chance.uniform(least, most), 1)}


def _process(kind: str, **more: Callable[[Chance], dict[str, Any]]) -> Any:
    """Choose one of a kind; `pause` is how long until it is started anew, or woken."""

    def choose(chance: Chance) -> dict[str, Any]:
        count = WORKERS if kind == "delivery" else 1
        how: dict[str, Any] = {"kind": kind, "which": chance.randrange(count)}
        for draw in more.values():
            how |= draw(chance)
        return how

    return choose


def _all_workers(chance: Chance) -> dict[str, Any]:
    return {"kind": "delivery", "which": "all", **_seconds(0, 3)(chance)}


# MEGA's answers. No 400, 401, 403, 409, 413: those rightly ask for a person, or say that a row is
# wrong. Answers that leave rows out come one at a time: twice for one request is a person's, too.
UNCLEAR: tuple[dict[str, Any], ...] = (
    {"kind": "drop_before_reading"},
    {"kind": "drop_before_work"},
    {"kind": "drop_after_work"},
    {"kind": "half_body"},
    {"kind": "broken_json"},
    {"kind": "other_type"},
    {"kind": "no_results"},
    {"kind": "drip", "seconds": 0.05},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 502, "body": "html"},
    {"kind": "status_after_work", "status": 500},
    {"kind": "status", "status": 503, "body": "empty", "headers": {"Retry-After": "2"}},
    {"kind": "status", "status": 504, "body": "html"},
)
COMPLETE: tuple[dict[str, Any], ...] = (
    {"kind": "shuffled_results"},
    {"kind": "doubled_results"},
    {"kind": "more_results"},
    {"kind": "no_rate_headers"},
)
INCOMPLETE: tuple[dict[str, Any], ...] = (
    {"kind": "fewer_results"},
    {"kind": "null_row_refs"},
    {"kind": "unknown_status"},
    {"kind": "contradicting_results"},
)
TOO_MANY: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}},
    {"kind": "status", "status": 429, "headers": {"Retry-After": "3"}},
    {
        "kind": "status",
        "status": 429,
        "without_rate_headers": True,
        "headers": {"Retry-After": "2"},
    },
)


def _answers(some: tuple[dict[str, Any], ...], most: int) -> Callable[[Chance], dict[str, Any]]:
    def choose(chance: Chance) -> dict[str, Any]:
        how = {"customer": chance.randrange(CUSTOMERS), **chance.choice(some)}
        return {**how, "times": chance.randint(1, most)}

    return choose


def _slow(chance: Chance) -> dict[str, Any]:
    kind = chance.choice(("delay_before", "delay_after"))
    seconds = round(chance.uniform(0.5, 14), 1)  # the longest are past the request's deadline
    return {
        "customer": chance.randrange(CUSTOMERS),
        "kind": kind,
        "seconds": seconds,
        "times": chance.randint(1, 6),
    }


RESTARTS = ("stop database", "kill broker")
# what: (weight, how). The settings that a kind puts to the test stand in strike.py.
_FAULTS: dict[str, tuple[float, Callable[[Chance], dict[str, Any]]]] = {
    "kill worker": (2, _process("delivery", pause=_seconds(0, 3))),
    "kill workers": (1, _all_workers),
    "kill clock": (1, _process("clock", pause=_seconds(0, 3))),
    "kill intake": (1, _process("intake", pause=_seconds(0, 3))),
    "stop worker": (1, _process("delivery", pause=_seconds(0, 1))),
    "freeze worker": (2, _process("delivery", pause=_seconds(0.5, 25))),
    "freeze clock": (0.7, _process("clock", pause=_seconds(0.5, 15))),
    "freeze intake": (0.3, _process("intake", pause=_seconds(0.5, 15))),
    "add clock": (0.5, _seconds(5, 30)),
    "flush broker": (1.5, _nothing),
    "kill broker": (0.7, _nothing),
    "freeze broker": (1, _seconds(0.5, 20)),
    "cut broker": (0.7, _nothing),
    "silence broker": (0.5, _nothing),
    "stall broker": (0.5, _seconds(0.5, 10)),
    "stop database": (1, lambda chance: {"mode": chance.choice(("immediate", "fast"))}),
    "cut database": (0.7, _nothing),
    "stall database": (0.7, _seconds(0.2, 8)),
    "cut network": (2, _nothing),
    "refuse network": (1, _seconds(0.2, 6)),
    "stall network": (2, _seconds(0.2, 15)),
    "slow network": (0.5, _seconds(2, 10)),
    "unclear answers": (5, _answers(UNCLEAR, 3)),
    "complete answers": (1.5, _answers(COMPLETE, 4)),
    "incomplete answer": (2, _answers(INCOMPLETE, 1)),
    "too many": (1.5, _answers(TOO_MANY, 3)),
    "slow answers": (4, _slow),
}


@dataclass(frozen=True, slots=True)
class Upload:
    """One spreadsheet: when it comes, whose it is, how many rows it has."""

    at: float
    customer: int
    rows: int


_SIZES = [(1, 20), (26, 525), (600, 2_500), (4_000, 9_000)]  # rows


def uploads(seed: int, seconds: float, rows: int) -> list[Upload]:
    """Spread so many rows over imports of all sizes, and those over most of the time."""
    chance = random.Random(f"uploads {seed}")
    found = []
    while rows > 0:
        least, most = chance.choices(_SIZES, [6, 16, 1, 0.3])[0]
        size = min(rows, chance.randint(least, most))
        at = round(chance.uniform(0, seconds * 0.85), 1)
        found.append(Upload(at, chance.randrange(CUSTOMERS), size))
        rows -= size
    return sorted(found, key=lambda one: one.at)


def limits(seed: int) -> tuple[str, list[int]]:
    """Choose MEGA's kind of quota, and the requests a minute of each customer."""
    chance = random.Random(f"limits {seed}")
    return chance.choice(("fixed", "sliding", "bucket")), [600, 600, 600, 60]

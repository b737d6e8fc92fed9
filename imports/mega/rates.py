"""What an answer's headers say about the quota: read tolerantly, believed within a range."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self

LIMIT_RANGE = (1, 600)  # requests a minute that we believe
LONGEST_WAIT = 3600  # seconds that we believe of Retry-After and RateLimit-Reset

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class RateHeaders:
    """What an answer says about the quota; None where it says nothing or nonsense.

    `reset` and `retry_after` are seconds from now. `absurd` names the headers whose values were
    brought into the range that we believe.
    """

    limit: int | None = None
    remaining: int | None = None
    reset: int | None = None
    retry_after: float | None = None
    absurd: tuple[str, ...] = field(default=())

    @classmethod
    def parse(cls, headers: Mapping[str, str], *, now: datetime) -> Self:
        """Read the headers; an aware `now` gives a Retry-After that is a date its meaning."""
        values = {name.lower(): value for name, value in headers.items()}
        limit, odd_limit = _within(_number(values.get("ratelimit-limit")), *LIMIT_RANGE)
        remaining, odd_rest = _within(_number(values.get("ratelimit-remaining")), 0, LIMIT_RANGE[1])
        reset, odd_reset = _within(_number(values.get("ratelimit-reset")), 0, LONGEST_WAIT)
        wait, odd_wait = _within(_seconds(values.get("retry-after"), now), 0, LONGEST_WAIT)
        flags = {
            "ratelimit-limit": odd_limit,
            "ratelimit-remaining": odd_rest,
            "ratelimit-reset": odd_reset,
            "retry-after": odd_wait,
        }
        return cls(
            limit=None if limit is None else int(limit),
            remaining=None if remaining is None else int(remaining),
            reset=None if reset is None else -int(-reset // 1),  # rounded up
            retry_after=wait,
            absurd=tuple(name for name, is_odd in flags.items() if is_odd),
        )


def _number(value: str | None) -> float | None:
    """Read `10`, `10.5`, and the first item of the standard's older form `10, 10;w=60`."""
    first = re.split("[,;]", value or "", maxsplit=1)[0].strip()
    return float(first) if _NUMBER.fullmatch(first) else None


def _seconds(value: str | None, now: datetime) -> float | None:
    seconds = _number(value)
    if seconds is not None or not value:
        return seconds
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _within(value: float | None, low: float, high: float) -> tuple[float | None, bool]:
    """Return the value brought into the range, and whether it was outside."""
    if value is None:
        return None, False
    inside = min(max(value, low), high)
    return inside, inside != value

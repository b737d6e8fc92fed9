"""The three kinds of quota that a vendor may have, as small clocks-in, numbers-out objects."""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

MINUTE = 60.0
HOUR = 3600.0
_HAIR = 1e-6  # what sums of seconds may be off by


@dataclass(frozen=True, slots=True)
class Grant:
    """Whether a request may pass, and what its answer says; times are whole seconds."""

    allowed: bool
    limit: int
    remaining: int
    reset: int  # until the window is full again
    retry_after: int  # until one request may pass, 0 when one may now

    def headers(self) -> dict[str, str]:
        """Return the headers that every answer carries, and Retry-After when refused."""
        told = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }
        return told if self.allowed else told | {"Retry-After": str(max(1, self.retry_after))}


def headers(grant: Grant | None, limit: int) -> dict[str, str]:
    """Return the quota's headers; without a trusted key they tell of an untouched quota."""
    return (grant or Grant(True, limit, limit, 0, 0)).headers()


class Limiter(Protocol):
    """Counts the requests of one key; `limit` may be changed at any time."""

    limit: int
    window: float

    def take(self, now: float) -> Grant:
        """Count a request at `now` (seconds) if it is allowed, and say what is left."""


@dataclass
class FixedWindow:
    """At most `limit` in each window; windows follow one another without a gap."""

    limit: int
    window: float = MINUTE
    _number: int = -1
    _used: int = 0

    def take(self, now: float) -> Grant:
        """Count a request in the window that `now` lies in."""
        number = math.floor((now + _HAIR) / self.window)
        if number != self._number:
            self._number, self._used = number, 0
        allowed = self._used < self.limit
        self._used += allowed
        end = _up((number + 1) * self.window - now)
        left = max(0, self.limit - self._used)
        return Grant(allowed, self.limit, left, end if self._used else 0, 0 if left else end)


@dataclass
class SlidingWindow:
    """At most `limit` in any stretch of time as long as the window."""

    limit: int
    window: float = MINUTE
    _times: deque[float] = field(default_factory=deque)

    def take(self, now: float) -> Grant:
        """Count a request if fewer than `limit` were counted within the last window."""
        while self._times and self._times[0] <= now - self.window + _HAIR:
            self._times.popleft()
        allowed = len(self._times) < self.limit
        if allowed:
            self._times.append(now)
        left = max(0, self.limit - len(self._times))
        reset = _up(self._times[-1] + self.window - now) if self._times else 0
        wait = 0 if left else _up(self._times[-self.limit] + self.window - now)
        return Grant(allowed, self.limit, left, reset, wait)


@dataclass
class TokenBucket:
    """Holds up to `limit` tokens; each request takes one, `limit` flow in per window."""

    limit: int
    window: float = MINUTE
    _tokens: float = math.inf
    _at: float = -math.inf

    def take(self, now: float) -> Grant:
        """Take a token if a whole one is there."""
        pace = self.limit / self.window
        grown = self._tokens + max(0.0, now - self._at) * pace
        self._tokens, self._at = min(float(self.limit), grown), now
        allowed = self._tokens >= 1 - _HAIR
        self._tokens = max(0.0, self._tokens - allowed)
        reset = _up((self.limit - self._tokens) / pace)
        wait = 0 if self._tokens >= 1 - _HAIR else _up((1 - self._tokens) / pace)
        return Grant(allowed, self.limit, int(self._tokens + _HAIR), reset, wait)


@dataclass
class Several:
    """Several quotas at once; the answer tells the one that is closest to its end."""

    limiters: list[Limiter]

    def take(self, now: float) -> Grant:
        """Count a request in each, up to the first one that refuses."""
        grants = []
        for limiter in self.limiters:
            grants.append(limiter.take(now))
            if not grants[-1].allowed:
                return grants[-1]
        return min(grants, key=lambda grant: grant.remaining / grant.limit)


KINDS: dict[str, type[FixedWindow | SlidingWindow | TokenBucket]] = {
    "fixed": FixedWindow,
    "sliding": SlidingWindow,
    "bucket": TokenBucket,
}


def make(kind: str, limit: int, window: float = MINUTE) -> Limiter:
    """Return a fresh quota of a kind named in KINDS."""
    return KINDS[kind](limit, window)


def _up(seconds: float) -> int:
    return max(0, math.ceil(seconds - _HAIR))

"""How long to wait before the identical request is sent again: pure, tested as a table."""

import random

LONGEST_BACKOFF = 300.0  # seconds
LONGEST_RETRY_AFTER = 3600.0  # seconds; more than that is nonsense, capped and shown
DEFAULT_RETRY_AFTER = 60.0  # seconds, for a 429 that does not say


def backoff(failures: int, *, base: float = 2.0, longest: float = LONGEST_BACKOFF) -> float:
    """Return seconds to wait after the n-th failure in a row: 2, 4, 8 … 300, and up to 10 % more.

    The jitter only ever lengthens, so that a server's word on the least wait is kept.
    """
    wait = min(base * 2.0 ** min(max(failures - 1, 0), 30), longest)
    return wait * (1 + random.random() / 10)  # noqa: S311 - jitter is no secret


def after_unclear(failures: int, retry_after: float | None, *, base: float = 2.0) -> float:
    """Return seconds until the replay of an unknown batch, Retry-After honoured."""
    return max(backoff(failures, base=base), min(retry_after or 0.0, LONGEST_RETRY_AFTER))


def after_too_many(retry_after: float | None) -> float:
    """Return seconds until a key may be used again after a 429."""
    wait = DEFAULT_RETRY_AFTER if retry_after is None else min(retry_after, LONGEST_RETRY_AFTER)
    return wait * 1.01 + random.random() * 0.2  # noqa: S311 - jitter is no secret

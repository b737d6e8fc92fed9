"""Somebody else who uses the same key, in simulated time: when his requests arrive."""

import random

WARM = 125.0  # seconds that he is there before us, so that he has taken what there is


def even(per_minute, *, seed=0, until=15_000.0, late=0.3):
    """One request at a time, evenly, each up to `late` seconds late."""
    dice = random.Random(seed)
    gap = 60 / per_minute
    first = dice.uniform(0, gap)
    times = range(int(until / gap))
    return tuple(first + one * gap + dice.uniform(0, late) for one in times)


def bursty(per_minute, *, seed=0, until=15_000.0, late=0.3):
    """All of a minute at once, every minute."""
    dice = random.Random(seed)
    first = dice.uniform(0, 60)
    minutes = [first + 60 * number for number in range(int(until / 60))]
    places = range(round(per_minute))
    return tuple(
        start + place / 10 + dice.uniform(0, late) for start in minutes for place in places
    )


def at_random(per_minute, *, seed=0, until=15_000.0):
    """Each request by itself, whenever it comes to his mind."""
    dice, moments, now = random.Random(seed), [], 0.0
    while now < until:
        now += dice.expovariate(per_minute / 60)
        moments.append(now)
    return tuple(moments)


PATTERNS = {"even": even, "bursty": bursty, "at_random": at_random}

"""Seconds, ratios and memory: how the benchmarks measure, and where figures go."""

import json
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import django
from django.conf import settings

RESULTS = Path(__file__).with_name("results.jsonl")
T = TypeVar("T")


class Watch:
    """`with stopwatch() as watch: …`, then `watch.seconds`."""

    seconds = 0.0


@contextmanager
def stopwatch() -> Iterator[Watch]:
    """Measure the time that a block takes."""
    watch, began = Watch(), time.perf_counter()
    try:
        yield watch
    finally:
        watch.seconds = time.perf_counter() - began


def median_ms(function: Callable[[], Any], times: int = 15) -> float:
    """Return the median time of a call after one that does not count."""
    function()
    taken = []
    for _ in range(times):
        with stopwatch() as watch:
            function()
        taken.append(watch.seconds)
    return round(statistics.median(taken) * 1000, 1)


def alone(function: Callable[..., T], *arguments: Any) -> tuple[T, int, int]:
    """Call a function in a fresh process; return its result, its memory and its children's.

    Memory is in MB: how much the peak of the process rose, and the largest child's peak.
    """
    context = get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=django.setup) as pool:
        return pool.submit(_with_memory, function, *arguments).result()


def _with_memory(function: Callable[..., T], *arguments: Any) -> tuple[T, int, int]:
    before = _peak_kb()
    result = function(*arguments)
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return result, (_peak_kb() - before) // 1024, children // 1024


def _peak_kb() -> int:
    """Return the peak of this process alone (ru_maxrss may be its parent's, from the fork)."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def rate(rows: int, seconds: float) -> int:
    """Return rows per second."""
    return round(rows / seconds)


def figure(name: str, **values: object) -> None:
    """Print one figure and add it to the results."""
    about = {
        "bench": name,
        "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "release": settings.RELEASE,
        "cores": os.cpu_count(),
    }
    line = json.dumps({"bench": name} | values)
    print(line, flush=True)
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(about | values) + "\n")

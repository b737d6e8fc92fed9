"""What the domain adds to /readyz and /metrics, and what open pages ask every two seconds."""

import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.db import Error
from django.db.models import Count, Max
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from imports.delivery import pulse
from imports.models import Batch, Import, Process
from portal import health

TICK_WITHIN = timedelta(seconds=10)
KEPT = 1.0  # seconds for which a process answers all open pages with one look at the database


@dataclass(frozen=True, slots=True)
class Alarm:
    """What every page says when the engine stands still; the sentence is '' while all is well."""

    sentence: str

    @property
    def version(self) -> str:
        """Changes with the sentence."""
        return hashlib.sha256(self.sentence.encode()).hexdigest()[:8] if self.sentence else ""


def alarm() -> Alarm:
    """How it stands now, looked up."""
    return Alarm(pulse.alarm())


class Watch:
    """The alarm as it was at most `KEPT` seconds ago, for the many that ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: tuple[float, Alarm] | None = None

    def look(self) -> Alarm:
        with self._lock:
            now = time.monotonic()
            if self._known is None or now - self._known[0] >= KEPT:
                self._known = (now, _looked_up())
            return self._known[1]


def _looked_up() -> Alarm:
    try:
        return alarm()
    except Error:
        return Alarm("The database does not answer. Nothing is lost; it goes on by itself.")


_watch = Watch()


def alarm_page(request: HttpRequest) -> HttpResponse:
    """Answer an open page: 204 while it shows what is true.

    It says no more than /readyz, so it needs no session: asking costs neither of them a query.
    """
    now = _watch.look()
    if request.GET.get("v", "") == now.version:
        return HttpResponse(status=204)
    return HttpResponse(render_to_string("parts/alarm.html", {"alarm": now}))


def clock() -> str:
    """'' while a clock has ticked within ten seconds, by the database's time."""
    clocks = Process.objects.filter(kind="clock")
    if clocks.filter(seen_at__gt=Now() - TICK_WITHIN).exists():
        return ""
    last = clocks.aggregate(last=Max("seen_at"))["last"]
    if last is None:
        return "has never run: start `manage.py clock`"
    return f"has not ticked since {last:%Y-%m-%d %H:%M:%S} UTC: start `manage.py clock`"


def worker(kind: str) -> str:
    """'' while a worker of the kind gave a sign of life lately."""
    return "has no worker that gives a sign of life" if kind in pulse.silent_kinds() else ""


class Figures(Collector):
    """Counts by state, asked of the database at each scrape."""

    def describe(self) -> list[Metric]:
        return []  # so that registering does not ask the database

    def collect(self) -> Iterator[Metric]:
        imports = GaugeMetricFamily("portal_imports", "Imports by state.", labels=["state"])
        for state, count in Import.objects.order_by().values_list("state").annotate(n=Count("pk")):
            imports.add_metric([state], count)
        yield imports
        batches = GaugeMetricFamily("portal_batches", "Requests by state.", labels=["state"])
        for state, count in Batch.objects.order_by().values_list("state").annotate(n=Count("pk")):
            batches.add_metric([state], count)
        yield batches
        last = Process.objects.filter(kind="clock").aggregate(last=Max("seen_at"))["last"]
        if last is not None:
            age = (timezone.now() - last).total_seconds()
            yield GaugeMetricFamily(
                "portal_clock_age_seconds", "Seconds since the clock's last tick.", value=age
            )


def register() -> None:
    """Called once, when the apps are ready."""
    health.register_check("clock", clock)
    for kind in ("delivery", "intake"):
        health.register_check(kind, partial(worker, kind), of_worker=True)
    health.register_page("/engine/alarm", alarm_page)
    health.REGISTRY.register(Figures())

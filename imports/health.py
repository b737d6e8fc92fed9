"""What the domain adds to /readyz and /metrics."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from django.db.models import Count, Max
from django.db.models.functions import Now
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from imports.delivery import pulse
from imports.models import Batch, Import, Process
from portal import health

TICK_WITHIN = timedelta(seconds=10)


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
    health.REGISTRY.register(Figures())

"""The clock, which decides once a second what may start, and beside it the courier of notices.

Safe to run several times.
"""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from imports import tasks
from imports.delivery import pulse
from imports.delivery.clock import Clock
from imports.notices.courier import Courier
from portal import garbage


class Command(BaseCommand):
    help = "Run the clock, which grants requests and brings lost work back, until SIGTERM."

    def handle(self, *_args: Any, **_options: Any) -> None:
        clock = Clock(tasks.NUDGES)
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: clock.stopping.set())
        courier = Courier()
        courier.start()
        garbage.keep_what_is_loaded()
        self.stdout.write(f"{clock.name} ticks")
        clock.run()
        pulse.leave(clock.name)
        courier.stop()

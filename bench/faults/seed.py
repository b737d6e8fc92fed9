"""One seed: minutes of faults over many rows, then quiet, then the judge."""

import json
import time
from collections import Counter
from collections.abc import Sequence

from django.db import Error, connection

from bench.faults import judge, people, schedule
from bench.faults.house import House
from bench.faults.strike import Agenda, Striker
from imports.models import Attempt
from imports.tests.road.engine import Client
from imports.tests.road.survival.own import state_of

AFTERWARDS = 900.0  # seconds that everything may take to end once nothing goes wrong any more
LOOK = 2.0  # seconds between two looks whether a person is needed


class Run:
    """What one seed does to a portal that has just been set up."""

    def __init__(self, house: House, seed: int, seconds: float, rows: int) -> None:
        self._house = house
        self._seed = seed
        self._seconds = seconds
        quota, limits = schedule.limits(seed)
        print(f"seed {seed}: {rows:,} rows, {seconds:.0f} s, {quota} quotas of {limits}")
        house.move_in(quota)
        self._clients: list[Client] = people.accounts(house.mega, limits)
        sheets = people.sheets(schedule.uploads(seed, seconds, rows))
        self._uploading = people.Uploading(house.folder, self._clients, sheets)
        self._asked: dict[str, None] = {}  # in the order in which they were found

    def judge(self) -> list[str]:
        """Strike, wait, judge; return the complaints."""
        began = time.monotonic()
        self._uploading.start()
        self._strike()
        self._house.calm()
        left = self._wait_for_the_end()
        found = [*self._asked, *left]
        if self._uploading.problem:
            found.append(self._uploading.problem)
        if not left:
            made = self._uploading.made
            found += judge.complaints(self._house.mega, self._clients, made)
        self._tell(time.monotonic() - began, found)
        return found

    def _strike(self) -> None:
        agenda = Agenda()
        striker = Striker(self._house, self._clients, agenda)
        for fault in schedule.faults(self._seed, self._seconds):
            agenda.put(fault.at, lambda fault=fault: striker.strike(fault))
        at = 0.0
        while at < self._seconds:
            at += LOOK
            agenda.put(at, self._look)
        agenda.run()

    def _look(self) -> None:
        """Remember whoever was asked something, even if an answer came by itself later."""
        try:
            for sentence in judge.needs_a_person():
                if sentence not in self._asked:
                    print(f"ASKED: {sentence}", flush=True)
                self._asked.setdefault(sentence)
        except Error:
            connection.close()

    def _wait_for_the_end(self) -> list[str]:
        until, told = time.monotonic() + AFTERWARDS, time.monotonic()
        while time.monotonic() < until and not self._asked:
            if not self._uploading.is_alive() and not judge.open_imports():
                return []
            if time.monotonic() > told + 30:
                told = time.monotonic()
                states = Counter(one.state for one in judge.open_imports())
                print(f"still open: {dict(states)}", flush=True)
            time.sleep(LOOK / 2)
            self._look()
        return [f"Import {one.pk} is {one.state}: {one.reason} {state_of(one)}"
                for one in judge.open_imports()]  # fmt: skip

    def _tell(self, seconds: float, found: Sequence[str]) -> None:
        entries = self._house.mega.journal.entries
        concluded = Counter(Attempt.objects.values_list("conclusion", flat=True))
        print(json.dumps({
            "seed": self._seed,
            "seconds": round(seconds),
            "imports": len(self._uploading.made),
            "uploads_tried": self._uploading.tries,
            "rows": sum(one.upload.rows for one in self._uploading.made.values()),
            "requests_at_mega": len(entries),
            "replays": sum(one.was_replay for one in entries),
            "attempts": dict(sorted(concluded.items())),
            "complaints": len(found),
        }), flush=True)  # fmt: skip

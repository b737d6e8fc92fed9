"""The stories that are marked with a case, in their full form, and a table of what became of them.

A plugin of pytest: `python -m pytest -m case -p bench.faults.cases`.
"""

import os
import subprocess
import sys
from collections import defaultdict

import pytest

from bench.servers import CHECKOUT

CASES = {
    1: "a worker is killed before, in and after a request",
    2: "a worker is frozen and wakes late",
    3: "all workers are killed fifty times",
    4: "a worker is asked to stop in mid-request",
    5: "a request that always kills its worker",
    6: "the broker is flushed, restarted empty, frozen",
    7: "every task three times, two clocks",
    8: "the database stops, is full of connections, is read-only",
    9: "MEGA answers wrongly, late or not at all",
    10: "MEGA refuses the token",
    11: "MEGA says that a key is in use",
    12: "MEGA refuses whole requests; a week passes",
    13: "a clock jumps a minute",
    14: "the disk is full",
    15: "one huge import, ten small ones, a hundred customers",
}
_LONGEST = 900  # seconds that a story may take in its full form

_of_story: dict[str, list[int]] = {}
_results: dict[str, str] = {}  # "failed" as soon as one part of a story fails


def run() -> bool:
    """Run them all in a pytest of their own; tell whether none failed and no case lacks a story."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "case", "-p", "bench.faults.cases"]
    command += ["-o", f"timeout={_LONGEST}"]
    environment = {**os.environ, "FAULTS": "full"}
    return subprocess.run(command, cwd=CHECKOUT, env=environment, check=False).returncode == 0


def pytest_collection_finish(session: pytest.Session) -> None:
    for item in session.items:
        _of_story[item.nodeid] = [mark.args[0] for mark in item.iter_markers("case")]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed or _results.get(report.nodeid) == "failed":
        _results[report.nodeid] = "failed"
    elif report.when == "call" or report.skipped:
        _results[report.nodeid] = report.outcome


def pytest_sessionfinish(session: pytest.Session) -> None:
    if any(not stories for stories in _stories().values()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print a line for each case, and each story of it that did not pass."""
    terminalreporter.section("cases")
    for case, stories in _stories().items():
        passed = sum(_results.get(story) == "passed" for story in stories)
        verdict = "holds" if stories and passed == len(stories) else "FAILS"
        told = f"{case:3}  {verdict}  {passed:3} of {len(stories):3} stories  {CASES[case]}"
        terminalreporter.line(told)
        for story in stories:
            if _results.get(story) != "passed":
                terminalreporter.line(f"            {_results.get(story, 'not run')}: {story}")


def _stories() -> dict[int, list[str]]:
    by_case: dict[int, list[str]] = defaultdict(list)
    for story, numbers in _of_story.items():
        for case in numbers:
            by_case[case].append(story)
    return {case: by_case[case] for case in CASES}

"""A worker that read a file has a process ready for the next workbook."""

import os
import signal
import subprocess
import sys

import openpyxl
import psutil
import pytest

from imports import tasks
from imports.intake import parsers
from imports.intake.table import open_table

KEEPING = (
    "import sys, time; from imports.intake import parsers;"
    "parsers.keep_one(); print(parsers._waiting[0].process.pid, flush=True); time.sleep(60)"
)


@pytest.fixture
def path(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Name", "Phone"])
    book.active.append(["Ann", "2065550101"])
    book.save(tmp_path / "leads.xlsx")
    return tmp_path / "leads.xlsx"


@pytest.fixture
def waiting():
    """The process that waits after a task that read a file."""
    tasks.signals.task_postrun.send(sender=tasks.read)
    (kept,) = parsers._waiting
    yield kept
    while parsers._waiting:
        parsers._waiting.pop().close()


def rows_of(path):
    with open_table(path) as table:
        return [row.cells for row in table.rows()]


def test_the_process_that_waits_reads_the_next_workbook(path, waiting):
    assert rows_of(path) == [["Ann", "2065550101"]]
    assert waiting.process.returncode == 0  # it was asked, and is gone
    assert parsers._waiting == []


def test_only_one_waits(waiting):
    parsers.keep_one()
    assert parsers._waiting == [waiting]


def test_a_workbook_is_read_although_the_process_that_waited_was_killed(path, waiting):
    os.kill(waiting.process.pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(waiting.process.pid)], timeout=10)

    assert rows_of(path) == [["Ann", "2065550101"]]


def test_the_process_that_waits_ends_with_its_worker():
    worker = subprocess.Popen(
        [sys.executable, "-c", KEEPING], stdout=subprocess.PIPE, cwd=parsers.ROOT
    )
    kept = psutil.Process(int(worker.stdout.readline()))
    worker.kill()
    worker.communicate()

    gone, _ = psutil.wait_procs([kept], timeout=10)
    assert gone or kept.status() == psutil.STATUS_ZOMBIE

"""Runs a process of the portal with something wrong: `python -m … later manage.py clock`.

thrice: every task is delivered three times. later: the machine's clock is a minute ahead.
"""

import runpy
import sys
import time

import time_machine
from celery.app.task import Task


def thrice():
    once = Task.apply_async

    def apply_async(self, *args, **options):
        for _ in range(2):
            once(self, *args, **options)
        return once(self, *args, **options)

    Task.apply_async = apply_async


def later():
    time_machine.travel(time.time() + 61, tick=True).start()


if __name__ == "__main__":
    wish, program, *arguments = sys.argv[1:]
    {"thrice": thrice, "later": later}[wish]()
    sys.argv = [program, *arguments]
    if program.endswith(".py"):
        runpy.run_path(program, run_name="__main__")
    else:
        runpy.run_module(program, run_name="__main__", alter_sys=True)

"""The doors of the workers: load by id, call one function. And the nudges that open them.

A task carries ids, never a token or lead data. A nudge may be lost, doubled or late: the database
knows what is to do, and the clock nudges again.
"""

import logging
import os
import socket
import time
from collections.abc import Iterable
from functools import partial
from typing import Any

from celery import Task, shared_task, signals  # noqa: TID251 - one of the two doors to Celery
from django.db import transaction
from kombu.exceptions import KombuError

from imports.columns import chunks, derive, options, profile
from imports.delivery import deliver as delivery
from imports.delivery import leases, lessons, plan, pulse, reading, solo, word_reading, word_wishes
from imports.delivery.clock import Nudges
from imports.intake import copies, parsers
from imports.intake import read as intake
from imports.models import Import
from portal import garbage, health

log = logging.getLogger(__name__)


@shared_task(name="imports.deliver")
def deliver(batch_id: int) -> None:
    """Carry one claimed batch to MEGA; one that took workers with it only once it is alone here."""
    with solo.passage(alone=False):
        carried = delivery.deliver(batch_id, worker_name(), harmless=True)
    if not carried and leases.runs_alone(batch_id):
        with solo.passage(alone=True) as is_alone:
            if is_alone:
                delivery.deliver(batch_id, worker_name())


@shared_task(name="imports.plan")
def plan_import(import_id: int) -> None:
    """Cut an import into batches."""
    plan.plan(import_id)


@shared_task(name="imports.plan_dry_run")
def plan_dry_run(dry_run_id: int) -> None:
    """Cut a dry run into batches."""
    plan.plan_dry_run(dry_run_id)


@shared_task(name="imports.read_before")
def read_before(read_id: int) -> None:
    """Ask MEGA for old values; when that is over, have the import planned."""
    import_id = reading.run(read_id, worker_name())
    if import_id is not None:
        publish(plan_import, [import_id])


@shared_task(name="imports.read_words")
def read_words(vocabulary_id: int) -> None:
    """Ask MEGA for a customer's leads, to learn stages, owners and custom fields."""
    word_reading.run(vocabulary_id, worker_name())


@shared_task(name="imports.learn")
def learn(import_id: int) -> None:
    """Learn from what MEGA took and refused in an import that ended."""
    lessons.learn(import_id)


@shared_task(name="imports.read")
def read(import_id: int) -> None:
    """Read an uploaded file into rows, map its columns, then have its chunks checked."""
    if lead_import := Import.objects.select_related("customer__team").filter(pk=import_id).first():
        word_wishes.if_old(lead_import.customer)
    fence = intake.read(import_id)
    if fence is not None:
        derive.propose(import_id, fence)
        nudge_chunks_of(import_id)


@signals.task_postrun.connect(sender=read)
def _prepare_for_the_next_file(**_kwargs: Any) -> None:
    parsers.keep_one()


@shared_task(name="imports.check")
def check(chunk_id: int) -> None:
    """Check one range of rows under its mapping; after the last one, what can wait."""
    import_id = derive.check_chunk(chunk_id)
    if import_id is not None:
        derive.tidy(import_id)


@shared_task(name="imports.check_all")
def check_all(import_id: int) -> None:
    """Have every unchecked chunk of an import checked; those that were nudged already find out."""
    publish(check, derive.unchecked_chunks(import_id))


@shared_task(name="imports.look_again")
def look_again(import_id: int) -> None:
    """Judge an import in review anew, after a do-not-import list was changed."""
    if lead_import := Import.objects.select_related("customer__team").filter(pk=import_id).first():
        options.look_again(lead_import)


@shared_task(name="imports.count_columns")
def count_columns(import_id: int) -> None:
    """Count what stands in the columns of an import that was made of another's rows."""
    profile.count(import_id)


def worker_name() -> str:
    """Name this process: the pid is read late, since workers fork."""
    return f"{socket.gethostname()}:{os.getpid()}"


# --- signs of life --------------------------------------------------------------------------------


@signals.worker_ready.connect
def _begin_to_beat(sender: Any, **_kwargs: Any) -> None:
    """Let the clock know how many requests this worker can carry.

    Each answer is five hundred short-lived objects, for which the collector of garbage came often.
    """
    copies.sweep()  # a worker that was killed may have left some
    garbage.keep_what_is_loaded()
    queues = sender.app.amqp.queues.consume_from
    kinds = [kind for kind in ("delivery", "intake") if kind in queues]
    pulse.Heart(
        [(pulse.sign(kind, worker_name()), kind) for kind in kinds], sender.pool.limit
    ).start()


@signals.worker_shutting_down.connect
def _stop_beating(**_kwargs: Any) -> None:
    """Say goodbye at once: no new claims are made for this worker while it finishes."""
    pulse.stop_hearts()


# --- nudges ---------------------------------------------------------------------------------------


def publish(task: "Task[Any, Any]", ids: Iterable[int]) -> bool:
    """Queue a task for each id; False (and a log line) when the broker does not take it.

    Never raises: what was saved stays saved, and the clock nudges again.
    """
    for one in ids:
        try:
            task.apply_async((one,), ignore_result=True)
        except (KombuError, OSError) as problem:
            log.warning("nudge %s failed: %s", task.name, type(problem).__name__)
            return False
    return True


NUDGED_BY_PAGES = 50  # a publish takes most of a millisecond
AGAIN_SECONDS = 30.0
_nudged: dict[tuple[str, int], float] = {}  # of this process: when, by `time.monotonic`


def publish_again(task: "Task[Any, Any]", queue: str, ids: Iterable[int]) -> bool:
    """As `publish`, for the clock, which asks at each tick about all that nobody works on.

    While the queue holds as many tasks, they may be these and wait for their turn: each goes in
    once more only after a while. Else the nudges would bury a backlog that is worked off slowly.
    """
    ids, now = list(ids), time.monotonic()
    if ids and health.waiting(queue) >= len(ids):
        ids = [one for one in ids if now - _nudged.get((task.name, one), -1e9) > AGAIN_SECONDS]
    for key in [key for key, at in _nudged.items() if now - at > AGAIN_SECONDS]:
        del _nudged[key]
    _nudged.update({(task.name, one): now for one in ids})
    return publish(task, ids)


def broker_answers() -> bool:
    """Ask the broker for a sign of life; it has one second."""
    return not health.broker()


NUDGES = Nudges(
    reachable=broker_answers,
    deliver=partial(publish, deliver),
    read=partial(publish_again, read, "intake"),
    check=partial(publish_again, check, "intake"),
    plan=partial(publish_again, plan_import, "delivery"),
    plan_dry_run=partial(publish_again, plan_dry_run, "delivery"),
    read_before=partial(publish_again, read_before, "delivery"),
    read_words=partial(publish_again, read_words, "delivery"),
    learn=partial(publish_again, learn, "intake"),
)


def nudge_read(import_id: int) -> None:
    """After commit: have a file read."""
    transaction.on_commit(partial(publish, read, [import_id]), robust=True)


def nudge_plan(import_id: int) -> None:
    """After commit: have an import planned."""
    transaction.on_commit(partial(publish, plan_import, [import_id]), robust=True)


def nudge_plan_dry_run(dry_run_id: int) -> None:
    """After commit: have a dry run planned."""
    transaction.on_commit(partial(publish, plan_dry_run, [dry_run_id]), robust=True)


def nudge_chunks_of(import_id: int) -> None:
    """After commit: have every unchecked chunk of the current mapping checked; and an import
    without any concluded, if it is being checked."""
    transaction.on_commit(partial(_publish_chunks_of, import_id), robust=True)


def _publish_chunks_of(import_id: int) -> None:
    """Nudge a few here, and have a worker nudge the others: a page waits for this."""
    waiting = derive.unchecked_chunks(import_id) or chunks.to_conclude(import_id)
    if publish(check, waiting[:NUDGED_BY_PAGES]) and len(waiting) > NUDGED_BY_PAGES:
        publish(check_all, [import_id])


def nudge_copied(import_id: int) -> None:
    """After commit: have rows that were copied from another import checked, and then counted."""
    nudge_chunks_of(import_id)
    transaction.on_commit(partial(publish, count_columns, [import_id]), robust=True)


def nudge_look_again(import_ids: list[int]) -> None:
    """After commit: have imports in review judged anew; the word to send does so at the latest."""
    transaction.on_commit(partial(publish, look_again, import_ids), robust=True)

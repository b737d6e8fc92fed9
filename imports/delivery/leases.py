"""Bringing back what was lost on the way: claims that nobody took, workers that vanished."""

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from imports.delivery import checks, dry_runs, pulse, standing, window
from imports.delivery.conclude import Code, Conclusion
from imports.delivery.setbacks import Setbacks
from imports.models import Attempt, Batch, BatchState, Decision, Kind

NUDGE_AFTER_SECONDS = 3
DEATHS_BEFORE_ALONE = 3
DEATHS_BEFORE_DECISION = 5
MOST_LOST = 50  # leases of a batch, whoever is to blame: it may be what ends all workers

_setbacks = Setbacks()

_GIVE_BACK = """
    UPDATE imports_batch SET
        state = CASE WHEN first_sent_at IS NULL THEN 'waiting' ELSE 'unknown' END,
        lease_until = NULL
    WHERE id IN (SELECT id FROM imports_batch WHERE state = 'claimed' AND lease_until < now()
                 ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED)
"""
_NUDGE_AGAIN = """
    UPDATE imports_batch SET nudged_at = now()
    WHERE id IN (SELECT id FROM imports_batch WHERE state = 'claimed'
                   AND nudged_at < now() - %s * interval '1 second'
                 ORDER BY id LIMIT 200 FOR UPDATE SKIP LOCKED)
    RETURNING id
"""
# A batch with a row that has a name only is trusted for a shorter time.
_TOO_OLD = """
    WITH old AS (
        SELECT b.id, CASE WHEN b.first_sent_at > now() - %(hours)s * interval '1 hour'
                          THEN 'name_only' ELSE 'too_old' END AS reason
        FROM imports_batch b
        CROSS JOIN LATERAL (SELECT now() - interval '1 hour' *
            CASE WHEN b.matchless THEN least(%(name_only)s, %(hours)s) ELSE %(hours)s END AS since
        ) trusted
        WHERE b.state = 'unknown' AND b.kind = 'send' AND b.first_sent_at < trusted.since
          AND NOT EXISTS (SELECT 1 FROM imports_decision d
                          WHERE d.batch_id = b.id AND d.choice = 'repeat'
                            AND d.made_at > trusted.since)
        ORDER BY b.id LIMIT 500 FOR UPDATE OF b SKIP LOCKED)
    UPDATE imports_batch b SET state = 'decision', reason = old.reason FROM old WHERE b.id = old.id
"""
# A late answer may settle a batch while it is being repeated. If that worker vanishes, too, nobody
# waits for its answer; but the key would, with one of its slots, and for ever where it is probed.
_CLOSE_LEFT = """
    UPDATE imports_attempt SET ended_at = now(), conclusion = 'lost'
    WHERE id IN (SELECT a.id FROM imports_attempt a JOIN imports_batch b ON b.id = a.batch_id
                 WHERE a.ended_at IS NULL AND a.started_at < now() - %s * interval '1 second'
                   AND (b.state <> 'sending' OR b.fence <> a.fence)
                 ORDER BY a.id LIMIT 200 FOR NO KEY UPDATE OF a SKIP LOCKED)
"""
_DROP_CANCELLED = """
    UPDATE imports_batch SET state = 'dropped', reason = 'cancelled', settled_at = now()
    WHERE id IN (SELECT b.id FROM imports_batch b JOIN imports_import i ON i.id = b.import_id
                 WHERE i.state = 'cancelled' AND i.finished_at IS NULL AND b.kind = 'send'
                   AND b.state = 'waiting'
                 ORDER BY b.id LIMIT 2000 FOR UPDATE OF b SKIP LOCKED)
"""


def give_back() -> None:
    """Put claims back that no worker took in time."""
    _run(_GIVE_BACK, [])


def to_nudge_again() -> list[int]:
    """Return claimed batches whose nudge seems lost."""
    return _run(_NUDGE_AGAIN, [NUDGE_AFTER_SECONDS], returning=True)


def set_aside_old() -> None:
    """Hand unknown batches to a person whose key MEGA may have forgotten by now.

    When a person had one repeated all the same, its age counts from that decision.
    """
    trusted = {"hours": settings.KEY_TRUST_HOURS, "name_only": settings.NAME_ONLY_TRUST_HOURS}
    _run(_TOO_OLD, trusted)


def close_left() -> None:
    """End attempts whose worker vanished and whose batch goes on, or has ended, without them."""
    _run(_CLOSE_LEFT, [settings.REQUEST_DEADLINE + settings.LEASE_MARGIN])


def drop_cancelled() -> None:
    """Drop what a cancelled import still had waiting; what may have arrived goes on."""
    _run(_DROP_CANCELLED, [])


def expire() -> int:
    """Conclude for workers that vanished while sending: lost, so unknown. Returns how many.

    Whose worker ended together with all others is not to blame: a machine without power or a
    deploy that kills condemns no batch.
    """
    put_off, expired = _setbacks.put_off, 0
    for batch_id in _which_lapsed():
        if batch_id not in put_off:
            with _setbacks.of(batch_id):
                expired += _expire_one(batch_id)
    return expired


@standing.question
def _which_lapsed() -> QuerySet[Batch, int]:
    lapsed = Batch.objects.filter(state=BatchState.SENDING, lease_until__lt=Now())
    return lapsed.order_by("id").values_list("pk", flat=True)[:200]


@transaction.atomic
def _expire_one(batch_id: int) -> int:
    now = window.database_now()
    batch = (
        Batch.objects.select_for_update(skip_locked=True)
        .defer("body", "body_sha256")
        .filter(pk=batch_id, state=BatchState.SENDING, lease_until__lt=now)
        .first()
    )
    if batch is None:
        return 0
    attempt = batch.attempts.get(fence=batch.fence)
    Attempt.objects.filter(pk=attempt.pk, ended_at=None).update(ended_at=now, conclusion=Code.LOST)
    batch.deaths += pulse.died_alone(attempt.worker, attempt.started_at)
    lost = Conclusion(Code.LOST, "The worker stopped while it was sending.")
    if batch.kind == Kind.CHECK:
        checks.settle(batch, attempt, lost, now)
    elif batch.kind == Kind.DRY_RUN:
        dry_runs.settle(batch, lost, now)
    else:
        batch.reason, batch.not_before = Code.LOST, now + timedelta(seconds=1)
        batch.state = BatchState.UNKNOWN
        if batch.deaths >= DEATHS_BEFORE_DECISION:
            batch.state, batch.reason = BatchState.DECISION, "poison"
        elif _lost(batch) > MOST_LOST:
            batch.state, batch.reason = BatchState.DECISION, "lost_often"
    batch.lease_until = None
    batch.save()
    return 1


def _lost(batch: Batch) -> int:
    """Count its lost leases since a person last had it repeated."""
    lost = batch.attempts.filter(conclusion=Code.LOST)
    repeated = batch.decisions.filter(choice=Decision.Choice.REPEAT).order_by("made_at").last()
    return (lost.filter(started_at__gt=repeated.made_at) if repeated else lost).count()


def _run(
    sql: str, parameters: list[float] | dict[str, float], *, returning: bool = False
) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [row[0] for row in cursor.fetchall()] if returning else []


def runs_alone(batch_id: int) -> bool:
    """Return whether a batch took so many workers with it that it must run alone in the next."""
    return Batch.objects.filter(pk=batch_id, deaths__gte=DEATHS_BEFORE_ALONE).exists()

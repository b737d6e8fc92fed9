"""What a person may do with an import: send, undo, pause, resume, cancel, decide, dry run."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from imports import access
from imports.audit import acts, trail
from imports.columns import gone, sums
from imports.delivery import (
    before,
    dry_runs,
    outcomes,
    overwrite_choice,
    plan,
    preview,
    questions,
    sendable,
)
from imports.delivery.locked import lock
from imports.errors import WrongState
from imports.mega.contract import MAX_ROWS
from imports.models import (
    FINAL,
    Batch,
    BatchState,
    Decision,
    DryRun,
    Import,
    ImportState,
    Kind,
    OnDuplicate,
    Priority,
    Unforeseen,
)
from portal.models import User

UNDO_SECONDS = 10
GOING = (ImportState.QUEUED, ImportState.SENDING)
CANCELLABLE = (*GOING, ImportState.PAUSED, ImportState.BLOCKED, ImportState.DECISION)


@transaction.atomic
def send(  # noqa: PLR0913 - all by name: what the person confirmed
    lead_import: Import,
    user: User | None,
    *,
    on_duplicate: OnDuplicate,
    undo_seconds: int = UNDO_SECONDS,
    expected_mapping: int | None = None,
    expected_leads: int | None = None,
    expected_acts: str | None = None,
    wish: before.Wish | None = None,
    unforeseen: Unforeseen | None = None,
) -> None:
    """Hand a reviewed import over for sending; it starts after `undo_seconds`.

    `expected_mapping` is the id of the MappingVersion, `expected_leads` the number of leads and
    `expected_acts` what `standing.seen_as` said of the acts that the person saw: what somebody else
    changed since is not confirmed with it. `wish` says which old values are read first; the
    customer's settings do when it is None. `unforeseen` says what becomes of fields for new leads
    only without a full preview; None leaves what was said before.
    """
    locked = lock(lead_import, (ImportState.REVIEW,), "sent")
    seen = sendable.Seen(expected_mapping, expected_leads, expected_acts)
    sendable.refuse(locked, seen)
    gone.leave_out(locked, for_good=True)
    leads = sendable.count(locked)
    seen.refuse_other_number(leads)
    dry_runs.stop(locked)
    locked.on_duplicate, locked.to_send = on_duplicate, leads
    locked.unforeseen = locked.unforeseen if unforeseen is None else unforeseen
    _queue(locked, user, undo_seconds)
    before.begin(locked, on_duplicate, wish, undo_seconds)
    facts = {"leads": leads, "on_duplicate": str(on_duplicate), "mapping": locked.mapping_id}
    _record(locked, acts.SENT, user, facts | overwrite_choice.facts(locked))


def _queue(locked: Import, user: User | None, undo_seconds: int) -> None:
    """Whether there is a full preview, and how many leads are to go, is found out once: whoever
    reckons with it need not.
    """
    locked.preview = preview.full(locked)
    overwrite_choice.refuse_undecided(locked)
    Import.objects.filter(pk=locked.pk).update(
        state=ImportState.QUEUED,
        on_duplicate=locked.on_duplicate,
        preview=locked.preview,
        unforeseen=locked.unforeseen,
        import_field=locked.customer.import_field,
        to_send=locked.to_send,
        sent_by=user,
        vouched_by=user,
        send_after=Now() + timedelta(seconds=undo_seconds),
        release=settings.RELEASE,
        work_until=None,
        reason="",
    )


@transaction.atomic
def undo(lead_import: Import, user: User | None) -> None:
    """Take an import back to review while nothing of it was planned or sent."""
    locked = lock(lead_import, (ImportState.QUEUED,), "undone")
    if locked.planned_at is not None or locked.batches.filter(kind=Kind.SEND).exists():
        raise WrongState("Sending has begun, it can no longer be undone. Pause or cancel it.")
    Import.objects.filter(pk=locked.pk).update(
        state=ImportState.REVIEW, send_after=None, sent_by=None, vouched_by=None, preview=None
    )
    before.forget(locked)
    sums.keep(locked)  # what the word to send left out stays left out
    _record(locked, acts.SEND_UNDONE, user)


@transaction.atomic
def pause(lead_import: Import, user: User | None) -> None:
    """Stop new requests; what may have arrived is still settled."""
    locked = lock(lead_import, GOING, "paused")
    reason = f"Paused by {user}." if user else "Paused."
    Import.objects.filter(pk=locked.pk).update(state=ImportState.PAUSED, reason=reason)
    _record(locked, acts.PAUSED, user)


@transaction.atomic
def resume(lead_import: Import, user: User | None) -> None:
    """Go on with a paused import."""
    locked = lock(lead_import, (ImportState.PAUSED,), "resumed")
    _go(locked, user)
    _record(locked, acts.RESUMED, user)


@transaction.atomic
def go_on(lead_import: Import, user: User | None) -> None:
    """Go on all the same after a question about the whole import; it is remembered.

    After a long block (`blocked_long`) this is also where to look again at what may have changed
    about people in the meantime, before anything goes out.
    """
    locked = lock(lead_import, (ImportState.DECISION,), "continued")
    question = locked.question
    if question not in questions.QUESTIONS:
        raise WrongState("This import waits for decisions about single requests; see below.")
    Import.objects.filter(pk=locked.pk).update(accepted=[*locked.accepted, question])
    _go(locked, user)
    _record(locked, acts.DECIDED, user, {"question": question, "choice": "go_on"})


@transaction.atomic
def cancel(lead_import: Import, user: User | None) -> None:
    """Send nothing more. What was sent stays sent; what may have arrived is still settled.

    The clock drops the batches that wait, so that this touches the import's row only.
    """
    locked = lock(lead_import, CANCELLABLE, "cancelled")
    reason = f"Cancelled by {user}." if user else "Cancelled."
    Import.objects.filter(pk=locked.pk).update(
        state=ImportState.CANCELLED, reason=reason, question=""
    )
    _record(locked, acts.CANCELLED, user, _whose(locked, user))


@transaction.atomic
def discard(lead_import: Import, user: User | None) -> None:
    """Give up an import that was never sent."""
    states = (ImportState.MAPPING, ImportState.CHECKING, ImportState.REVIEW)
    locked = lock(lead_import, states, "discarded")
    dry_runs.stop(locked)
    reason = f"Discarded by {user} before anything was sent." if user else "Discarded."
    Import.objects.filter(pk=locked.pk).update(
        state=ImportState.CANCELLED, reason=reason, question="", work_until=None
    )
    _record(locked, acts.CANCELLED, user, _whose(locked, user))


@transaction.atomic
def set_priority(lead_import: Import, user: User | None, priority: Priority) -> None:
    """Let an import go before the others of its key, in turns with them, or after them.

    Who may is asked in `access`: the caller has done so.
    """
    states = [state for state in ImportState if state not in FINAL]
    locked = lock(lead_import, states, "given another priority")
    if locked.priority == priority:
        return
    Import.objects.filter(pk=locked.pk).update(priority=priority)
    facts = {"from": locked.priority, "to": int(priority), **_whose(locked, user)}
    _record(locked, acts.PRIORITY_SET, user, facts)


def _whose(locked: Import, user: User | None) -> dict[str, object]:
    """Say whether it was the person's own: the trail tells who steered a colleague's import."""
    return {"own": access.is_own(user, locked)}


@transaction.atomic
def decide(batch: Batch, user: User, choice: Decision.Choice, why: str = "") -> None:
    """Decide about a request that the portal would not decide by itself.

    `repeat` sends the identical bytes under the same key once more; `leave` closes it: its rows
    stay unknown, or failed where MEGA refused the whole request.
    """
    locked = Batch.objects.select_for_update().defer("body", "body_sha256").get(pk=batch.pk)
    if locked.state != BatchState.DECISION:
        raise WrongState("Somebody decided this already, or MEGA answered in the meantime.")
    lead_import = Import.objects.get(pk=locked.import_pk)
    Decision.objects.create(batch=locked, choice=choice, why=why[:1000], made_by=user)
    if choice == Decision.Choice.REPEAT:
        maybe_sent = locked.first_sent_at is not None
        locked.state = BatchState.UNKNOWN if maybe_sent else BatchState.WAITING
        locked.sends = locked.deaths = 0
    else:
        _leave(locked)
    locked.not_before = Now()
    locked.save()
    Import.objects.filter(
        pk=locked.import_pk, state=ImportState.DECISION, question=questions.BATCHES
    ).update(state=ImportState.QUEUED, question="", reason="")
    facts = {"batch": locked.pk, "choice": str(choice), "conclusion": locked.reason or "none"}
    _record(lead_import, acts.DECIDED, user, facts)


def _leave(locked: Batch) -> None:
    locked.state, locked.settled_at = BatchState.DROPPED, Now()
    last = locked.attempts.last()
    if locked.first_sent_at is None and last is not None:
        said = f"MEGA refused the whole request, so this row was not judged: {locked.detail}"
        outcomes.fail(locked, last, locked.row_numbers, said)


@transaction.atomic
def start_dry_run(lead_import: Import, user: User | None, *, is_sample: bool = False) -> DryRun:
    """Ask MEGA what it would do with every lead; nothing is written there, requests are spent.

    A sample is one request with leads from all over the sheet.
    """
    locked = lock(lead_import, (ImportState.REVIEW,), "asked about")
    sendable.refuse_other_account(locked)
    if locked.customer.token is None:
        raise WrongState(
            f"{locked.customer.name} has no token yet, so MEGA cannot be asked. Set one first.",
            code="no_token",
        )
    leads = sendable.count(locked)
    dry_runs.stop(locked)
    dry_run = DryRun.objects.create(
        lead_import=locked,
        mapping_id=plan.mapping_id_of(locked),
        on_duplicate=locked.on_duplicate,
        is_sample=is_sample,
        created_by=user,
    )
    asked = {"leads": min(leads, MAX_ROWS), "sample": True} if is_sample else {"leads": leads}
    _record(locked, acts.DRY_RUN, user, {"dry_run": dry_run.pk, **asked})
    return dry_run


@transaction.atomic
def cancel_dry_run(dry_run: DryRun, user: User | None) -> None:
    """Stop asking; the clock drops the requests that wait."""
    locked = Import.objects.select_for_update(no_key=True).get(pk=dry_run.lead_import_id)
    dry_runs.stop(locked)
    _record(locked, acts.DRY_RUN_STOPPED, user, {"dry_run": dry_run.pk})


def _go(locked: Import, user: User | None) -> None:
    """Let it go on, by this person's right from now on."""
    refused = locked.customer.accepted_token is None
    Import.objects.filter(pk=locked.pk).update(
        vouched_by=user,
        state=ImportState.BLOCKED if refused else ImportState.QUEUED,
        reason="The token was refused; set a new one." if refused else "",
        question="",
        blocked_at=Now() if refused else None,
    )


def _record(
    locked: Import, act: str, user: User | None, facts: dict[str, object] | None = None
) -> None:
    trail.record(act, actor=user, customer=locked.customer, lead_import=locked, facts=facts)

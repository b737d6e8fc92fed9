"""Reading the words of a customer's CRM from its leads, in the background.

It was wished for (`word_wishes`). The clock nudges a worker, after the old values that imports wait
for; the worker asks for the newest leads, page by page, each request written down first. Nothing
waits for it, and without the right all goes on by typing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from imports.audit import acts, trail
from imports.delivery import before, read_quota, read_requests, standing, window, words
from imports.delivery.read_requests import LONGEST_VISIT, MOST_TRIES, Request
from imports.errors import MegaError
from imports.mega.contract import Answer
from imports.mega.listed import MOST_LEADS, Page
from imports.mega.wire import steady
from imports.models import Token, Vocabulary, Word

PAGES: Final = 10  # requests: a thousand leads show what is in use, and take some ten seconds
SPARE: Final = 300  # requests of the hour that are left to the old values of imports
KEPT: Final = timedelta(days=30)  # its requests: nobody reviews them, as those of an import
_GIVE_WAY: Final = timedelta(seconds=5)  # while old values of the same key are read

State = Vocabulary.State
OPEN_STATES: Final = (State.WAITING, State.READING)

SENTENCES: Final = {
    **{code: before.SENTENCES[code] for code in
       ("", "no_right", "unauthorized", "unreachable", "odd", "no_vault")},
    "no_token": "the customer has no token that MEGA accepts",
    "changed": "the customer's MEGA id was changed meanwhile",
}  # fmt: skip
_PARAMS: Final = {
    "limit": str(MOST_LEADS),
    "sort_by": "updated_at",
    "sort_dir": "desc",  # what people work with now
    "include_custom_fields": "true",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A reading request that this worker alone may send now, and whose it is."""

    vocabulary_id: int
    fence: int
    request: Request


# --- the clock's part -----------------------------------------------------------------------------


def startable() -> list[int]:
    """Return vocabularies that a worker may go on reading now.

    They take what the old values leave of the slots for reading, and wait while one of those does.
    """
    if not _which_wait() or before.startable():
        return []
    room = before.room() - _open().filter(lease_until__gt=Now()).count()
    return list(_waiting().values_list("pk", flat=True)[: max(room, 0)])


@standing.question
def _which_wait() -> QuerySet[Vocabulary, int]:
    return _waiting().values_list("pk", flat=True)[:1]


def _open() -> QuerySet[Vocabulary]:
    return Vocabulary.objects.filter(state__in=OPEN_STATES)


def _waiting() -> QuerySet[Vocabulary]:
    due = _open().filter(not_before__lte=Now())
    return due.exclude(lease_until__gt=Now()).order_by("not_before", "pk")


# --- the worker's part ----------------------------------------------------------------------------


def run(vocabulary_id: int, worker: str) -> None:
    """Read page after page while the key may."""
    leave_at = steady() + LONGEST_VISIT
    while steady() < leave_at:
        asked = take(vocabulary_id, worker)
        if asked is None:
            return
        settle(asked, read_requests.ask(asked.request))


@transaction.atomic
def take(vocabulary_id: int, worker: str) -> Asked | None:
    """Take the reading for one request and commit the attempt; None when there is nothing to do."""
    free = Q(lease_until=None) | Q(lease_until__lte=Now())
    vocabulary = (
        Vocabulary.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("customer__team")
        .filter(free, pk=vocabulary_id, state__in=OPEN_STATES)
        .first()
    )
    now = window.database_now()
    if vocabulary is None or (vocabulary.not_before and vocabulary.not_before > now):
        return None
    token = vocabulary.customer.accepted_token
    if token is None:
        _end(vocabulary, "no_token", now)
        return None
    if vocabulary.customer.mega_id != vocabulary.mega_id:
        _end(vocabulary, "changed", now)
        return None
    if (wait := _wait(token, now)) is not None:
        Vocabulary.objects.filter(pk=vocabulary.pk).update(not_before=wait)
        return None
    return _begin(vocabulary, token, worker, now)


def _wait(token: Token, now: datetime) -> datetime | None:
    """Return until when this reading must not go on: it gives way to old values."""
    if before.open_of(token.quota).exists():
        return now + _GIVE_WAY
    if read_quota.left_this_hour(read_quota.exchanges_of(token.quota, now), now) <= SPARE:
        return now + timedelta(minutes=1)
    return read_requests.wait(token, now)


def _begin(vocabulary: Vocabulary, token: Token, worker: str, now: datetime) -> Asked:
    vocabulary.state, vocabulary.begun_at = State.READING, vocabulary.begun_at or now
    vocabulary.quota = token.quota
    vocabulary.fence += 1
    vocabulary.lease_until = read_requests.lease_from(now)
    vocabulary.save()
    params = _PARAMS | ({"cursor": vocabulary.place} if vocabulary.place else {})
    request = read_requests.begin(
        token, str(vocabulary.mega_id), params, now,
        vocabulary=vocabulary, worker=worker, fence=vocabulary.fence,
    )  # fmt: skip
    return Asked(vocabulary.pk, vocabulary.fence, request)


@transaction.atomic
def settle(asked: Asked, reply: Answer | MegaError) -> None:
    """Record the answer on its attempt; keep its words and go on, wait, or give up.

    Locks: vocabulary → the key's reading budget → chain. A late answer is recorded and no more.
    """
    vocabulary = (
        Vocabulary.objects.select_for_update(of=("self",))
        .select_related("customer__team")
        .get(pk=asked.vocabulary_id)
    )
    now = window.database_now()
    code, page, headers = read_requests.close(asked.request, reply, now)
    if not vocabulary.is_open or vocabulary.fence != asked.fence:
        return
    vocabulary.lease_until = None
    if page is not None:
        _go_on(vocabulary, page, now)
    elif code == "busy":
        # After a 429 the whole key waits, and this reading with it: it is in no hurry.
        vocabulary.not_before = read_requests.hold(asked.request.quota_id, headers, now)
        vocabulary.save()
    else:
        _try_again_or_end(vocabulary, code, now)


def _go_on(vocabulary: Vocabulary, page: Page, now: datetime) -> None:
    leads = page.leads[:MOST_LEADS]  # more were not asked for
    words.read(vocabulary, words.of_leads(leads), now)
    vocabulary.tells_fields |= any("custom_fields" in one.content for one in leads)
    vocabulary.answered, vocabulary.tries = vocabulary.answered + 1, 0
    vocabulary.seen += len(leads)
    vocabulary.total = vocabulary.total if page.total is None else page.total
    leads_on = page.next_cursor is not None and page.next_cursor != vocabulary.place
    if leads_on and leads and vocabulary.answered < PAGES:
        vocabulary.place = page.next_cursor or ""
        vocabulary.save()
        return
    vocabulary.leads, vocabulary.read_at = vocabulary.seen, now
    is_all = vocabulary.total is None or vocabulary.seen >= vocabulary.total
    vocabulary.is_whole = page.next_cursor is None and is_all and len(leads) == len(page.leads)
    if vocabulary.is_whole and vocabulary.begun_at is not None:
        words.no_longer_in_use(vocabulary, vocabulary.begun_at)
    _end(vocabulary, "", now)


def _try_again_or_end(vocabulary: Vocabulary, code: str, now: datetime) -> None:
    vocabulary.tries += 1
    vocabulary.not_before = read_requests.pause_after(vocabulary.tries, now)
    if code != "unreachable" or vocabulary.tries >= MOST_TRIES:
        _end(vocabulary, code, now)
    else:
        vocabulary.save()


def _end(vocabulary: Vocabulary, why: str, now: datetime) -> None:
    vocabulary.state, vocabulary.why = State.FAILED if why else State.READ, why
    vocabulary.ended_at, vocabulary.lease_until = now, None
    vocabulary.save()
    if why in ("", "no_right"):  # else an older one still is what is known of the key's right
        vocabulary.attempts.filter(started_at__lt=now - KEPT).delete()
    kept = Word.objects.filter(vocabulary=vocabulary, read_at__isnull=False)
    facts: dict[str, object] = {"requests": vocabulary.answered, "leads": vocabulary.seen}
    facts |= {"why": why} if why else {"words": kept.count()}
    act = acts.WORDS_MISSED if why else acts.WORDS_READ
    trail.record(act, actor=None, customer=vocabulary.customer, facts=facts)

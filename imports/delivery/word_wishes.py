"""When the words of a customer's CRM are to be read: somebody asks, or a file comes in."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from imports.audit import acts, trail
from imports.delivery import window, words
from imports.delivery.before_words import REFUSALS
from imports.errors import WrongState
from imports.models import Customer, Vocabulary
from portal.models import User

OLD: Final = timedelta(days=7)  # teams and pipelines change more seldom than that
FAILED_AGAIN: Final = timedelta(hours=1)  # that nobody asked for: not at each file of a day
SHARED_FOR: Final = timedelta(seconds=60)  # who asks again so soon gets what was read just now

State = Vocabulary.State


@transaction.atomic
def ask_for(customer: Customer, user: User | None) -> Vocabulary:
    """Have the words read. Who asks while they are read, or just were, shares that reading.

    Raises WrongState without a token that MEGA accepts.
    """
    if customer.accepted_token is None:
        raise WrongState(
            f"{customer.name} has no token that MEGA accepts, so nothing can be read there. Set "
            "one first.",
            code="no_token",
        )
    vocabulary = words.locked(customer, customer.mega_id)
    now = window.database_now()
    is_fresh = vocabulary.state == State.READ and _is_within(vocabulary.ended_at, SHARED_FOR, now)
    if vocabulary.is_open or is_fresh:
        return vocabulary
    _wish(vocabulary, user, now)
    trail.record(acts.WORDS_ASKED, actor=user, customer=customer)
    return vocabulary


@transaction.atomic
def if_old(customer: Customer) -> None:
    """Have the words read when they are old: a file of the customer has come in."""
    token = customer.accepted_token
    if token is None:
        return
    vocabulary = words.locked(customer, customer.mega_id)
    now = window.database_now()
    if vocabulary.is_open or _is_within(vocabulary.read_at, OLD, now):
        return
    if vocabulary.state == State.FAILED:
        same_key = vocabulary.quota_id == token.quota_id
        if same_key and vocabulary.why in REFUSALS:
            return  # the very key would be refused again; a person may ask all the same
        if same_key and _is_within(vocabulary.ended_at, FAILED_AGAIN, now):
            return
    _wish(vocabulary, None, now)


def _is_within(moment: datetime | None, span: timedelta, now: datetime) -> bool:
    return moment is not None and moment > now - span


def _wish(vocabulary: Vocabulary, user: User | None, now: datetime) -> None:
    vocabulary.state, vocabulary.why, vocabulary.asked_by = State.WAITING, "", user
    vocabulary.answered = vocabulary.seen = vocabulary.tries = 0
    vocabulary.total, vocabulary.place, vocabulary.tells_fields = None, "", False
    vocabulary.not_before, vocabulary.lease_until = now, None
    vocabulary.begun_at = vocabulary.ended_at = None
    vocabulary.save()

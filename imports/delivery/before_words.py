"""What became of old values, in words: while they are read, and on the record for ever."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from imports.delivery.before import OPEN_STATES, SENTENCES
from imports.models import BeforeImage, BeforeRead, Customer, Import, Origin

REFUSALS = ("no_right", "unauthorized")
_STILL = "Old values are still being read."
_WORDS = {
    BeforeRead.State.NOT_KEPT: "Old values were not kept: {why}.",
    BeforeRead.State.PARTLY: "Old values were kept in part only: {why}.",
    BeforeRead.State.DONE: "Old values were kept of every row for which MEGA had a lead.",
}
_OF_REPAIR = {
    BeforeRead.State.NOT_KEPT: "Whether somebody changed these leads since could not be seen: "
    "{why}.",
    BeforeRead.State.PARTLY: "Whether somebody changed these leads since was seen of some of them "
    "only: {why}.",
    BeforeRead.State.DONE: "The leads were read again before: what somebody changed since, and "
    "what MEGA finds no more, was held back.",
}


@dataclass(frozen=True, slots=True)
class Record:
    """What became of the old values of an import, in words; `held` counts rows held back."""

    sentence: str
    held: int


def record_of(lead_import: Import) -> Record | None:
    """Say whether old values were kept and why not; None for an import that updates no lead."""
    read = BeforeRead.objects.filter(lead_import=lead_import).first()
    if read is None:
        return None
    words = _OF_REPAIR if lead_import.origin == Origin.REPAIR else _WORDS
    sentence = words.get(BeforeRead.State(read.state), _STILL)
    return Record(sentence.format(why=SENTENCES[read.why]), read.held)


def rows_kept(lead_import: Import) -> int:
    """Count the rows of which old values were kept."""
    images = BeforeImage.objects.filter(lead_import=lead_import)
    return images.values("number").distinct().count()


def refused(customer: Customer) -> str:
    """Return why MEGA refused to let leads be read the last time, '' when it did not."""
    reads = BeforeRead.objects.filter(lead_import__customer=customer)
    asked = reads.filter(answered__gt=0) | reads.filter(why__in=REFUSALS)
    newest = asked.order_by("-ended_at").first()
    return SENTENCES[newest.why] if newest is not None and newest.why in REFUSALS else ""


def progress(lead_import: Import, now: datetime) -> str:
    """Say how far the reading is and how long sending waits for it at most; '' when it is over."""
    read = BeforeRead.objects.filter(lead_import=lead_import, state__in=OPEN_STATES).first()
    if read is None:
        return ""
    done = f": {read.answered:,} of {read.needed:,} requests" if read.needed else ""
    latest = read.give_up_at or now + timedelta(minutes=read.minutes)
    minutes = max(-(-int((latest - now).total_seconds()) // 60), 1)
    plural = "" if minutes == 1 else "s"
    return (
        f"Reading the old values of leads that may be updated{done}. "
        f"Sending starts afterwards, in {minutes} minute{plural} at the latest."
    )

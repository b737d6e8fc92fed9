"""What only a person may decide, in words: of an import (a question), of a request (a decision).

One table each, from the code that is stored to what happened, what it means, and what each choice
does. Pages show these sentences; `docs/decisions.md` repeats them, and a test compares.
"""

from dataclasses import dataclass, replace

from imports.models import Batch, OnDuplicate

FIRST_FAILURES = "first_failures"
FAILURES = "failures"
UPDATES = "updates"
IGNORED = "ignored_fields"
SPLIT_BUDGET = "split_budget"
BLOCKED_LONG = "blocked_long"
NOT_HELD_BACK = "not_held_back"
BATCHES = "batches"  # single requests wait for a person: nothing to go on with as a whole

# Asked anew each time: whoever went on took the consequences of that one time only.
ASKED_AGAIN = (SPLIT_BUDGET, BLOCKED_LONG)


@dataclass(frozen=True, slots=True)
class Question:
    """A question about an import: what it means, the button, and what going on does.

    `rows` names the result whose rows help to decide.
    """

    means: str
    button: str
    go_on: str
    rows: str = ""


CANCEL = "What was sent stays sent. Nothing else of this import goes out; its rows are not sent."

QUESTIONS: dict[str, Question] = {
    FIRST_FAILURES: Question(
        "The first request is small so that a wrong column shows before the rest goes out.",
        "Send the rest all the same",
        "Rows like the refused ones will be refused, too, each with MEGA's reason beside it; the "
        "others are imported.",
        "failed",
    ),
    FAILURES: Question(
        "So many refusals mostly have one cause: a column, a stage or an owner that MEGA does not "
        "know.",
        "Send the rest all the same",
        "Rows like the refused ones will be refused, too, each with MEGA's reason beside it; the "
        "others are imported. You will not be asked about this again.",
        "failed",
    ),
    UPDATES: Question(
        "Leads that MEGA did not know when it was asked are there now, so somebody may have "
        "imported the same people in the meantime.",
        "Update them all the same",
        "Existing leads are overwritten with the sheet's values, and MEGA cannot take that back.",
        "updated",
    ),
    IGNORED: Question(
        "MEGA imports a row without the custom fields that it does not know; what stood in those "
        "columns is not kept there.",
        "Send the rest without them",
        "The other rows go without these fields, too. To keep them, cancel, have MEGA add the "
        "fields or correct the slugs, and import the file again with “update”.",
    ),
    SPLIT_BUDGET: Question(
        "MEGA refuses a request as a whole when a single row is malformed. The portal takes such "
        "requests apart to find it, but each part costs a request of the customer's quota. "
        "Meanwhile the customer's other imports go first.",
        "Go on taking them apart",
        "As many requests again may be spent on it; then you are asked once more.",
        "failed",
    ),
    BLOCKED_LONG: Question(
        "The new token works. In so long a time people may have asked not to be contacted, or have "
        "become customers by another way.",
        "Send the rest now",
        "The rows that were not sent go out as they were when sending was confirmed.",
    ),
    NOT_HELD_BACK: Question(
        "Leads that are won, lost, or were contacted lately were to be left as they are. MEGA was "
        "asked for them before anything was sent, and could not or would not tell all of them.",
        "Send all the same",
        "Rows that are held back already stay out; the others update whatever lead MEGA has, also "
        "those that were to be held back.",
    ),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A request that waits for a person: what happened, what it means, what each choice does."""

    happened: str
    means: str
    repeat: str
    leave: str
    is_safe: bool = False  # repeating it can double nobody


_AGAIN = (
    "The identical request goes once more under the same key. As long as MEGA remembers the key, "
    "it only repeats its first answer, and nothing is done twice."
)
_STAYS_UNKNOWN = (
    "Its rows stay unknown in the report, and the import can end without them. Look in MEGA "
    "whether they are there."
)
_NOBODY_KNOWS = "So nobody can say from here whether its rows were imported."

CASES: dict[str, Case] = {
    "conflict": Case(
        "MEGA answered 409: the request's key is in use for something else, or still being worked "
        "on.",
        "The portal never changes a stored request, so MEGA is probably not done with it yet. "
        + _NOBODY_KNOWS,
        _AGAIN,
        _STAYS_UNKNOWN,
    ),
    "unexpected": Case(
        "MEGA gave an answer that its description does not name for an import.",
        "It may come from something in between, such as a proxy or a wrong address. "
        + _NOBODY_KNOWS,
        _AGAIN,
        _STAYS_UNKNOWN,
    ),
    "refused": Case(
        "MEGA refused the request as a whole (400), but an earlier try of it got no clear answer.",
        "If the earlier try was carried out, its rows would be imported twice in other requests. "
        "So it was not taken apart.",
        _AGAIN,
        _STAYS_UNKNOWN,
    ),
    "too_large": Case(
        "MEGA found the request too large (413), but an earlier try of it got no clear answer.",
        "If the earlier try was carried out, its rows would be imported twice in other requests. "
        "So it was not halved.",
        _AGAIN,
        _STAYS_UNKNOWN,
    ),
    "incomplete": Case(
        "MEGA answered, and left out some of the rows, also when the request was repeated.",
        "The rows with an answer are final. Nobody can say from here what became of the others.",
        _AGAIN,
        "The rows that were left out stay unknown in the report, and the import can end without "
        "them. Look in MEGA whether they are there.",
    ),
    "unclear": Case(
        "The request was sent as often as the portal does by itself, and no usable answer came.",
        "Others of the same key were answered, so it is something about this one. " + _NOBODY_KNOWS,
        _AGAIN,
        _STAYS_UNKNOWN,
    ),
    "too_old": Case(
        "No clear answer came, and it was first sent so long ago that MEGA may have forgotten its "
        "key.",
        "How long MEGA remembers a key is not published. " + _NOBODY_KNOWS,
        _AGAIN,
        _STAYS_UNKNOWN,
    ),
    "name_only": Case(
        "No clear answer came within an hour, and some of its rows have a name only.",
        "MEGA finds people again by e-mail or phone. A row without either can only be told from "
        "its double by the request's key, and how long MEGA remembers a key is not published.",
        _AGAIN,
        _STAYS_UNKNOWN,
    ),
    "poison": Case(
        "At least five workers ended while they were sending this request, two of them while "
        "they did nothing else.",
        "Something about it, or about the machine, ends the process; an administrator finds more "
        "in the workers' log. " + _NOBODY_KNOWS,
        _AGAIN + " If it ends its worker again, it comes back here after five more.",
        _STAYS_UNKNOWN,
    ),
    "lost_often": Case(
        "More than fifty times all workers ended while this request was being sent.",
        "Nobody knows whether the request is the cause: it may be what ends the machine, or the "
        "machine ends by itself. An administrator finds more in its log. " + _NOBODY_KNOWS,
        _AGAIN + " If all workers end again, it comes back here after as many more.",
        _STAYS_UNKNOWN,
    ),
}
OTHER = Case(
    "The portal could not conclude what became of this request.", _NOBODY_KNOWS, _AGAIN,
    _STAYS_UNKNOWN,
)  # fmt: skip

# What a repetition does when MEGA has forgotten the key after all.
FORGOTTEN_NAMES = "If MEGA has forgotten it, every row with a name only becomes a second lead."
FORGOTTEN_UPDATE = (
    "If MEGA has forgotten it, the same people are given the same values again: every row has an "
    "e-mail or a phone, so nobody is doubled."
)
FORGOTTEN_SKIP = (
    "If MEGA has forgotten it, people whom the earlier try made are found by e-mail or phone and "
    "left as they are; their rows are then reported as skipped."
)
NEVER_SENT = Case(
    "MEGA refused the request as a whole.",
    "Nothing of it was imported.",
    "The identical request goes once more; nothing can be doubled, but MEGA will most likely "
    "refuse it again.",
    "Its rows are reported as failed, with MEGA's words.",
    is_safe=True,
)


def explain(batch: Batch, on_duplicate: str) -> Case:
    """Return the words for a request that waits for a person."""
    if batch.first_sent_at is None:
        return NEVER_SENT
    case = CASES.get(batch.reason, OTHER)
    if batch.matchless:
        return replace(case, repeat=f"{case.repeat} {FORGOTTEN_NAMES}")
    if on_duplicate == OnDuplicate.UPDATE:
        return replace(case, repeat=f"{case.repeat} {FORGOTTEN_UPDATE}", is_safe=True)
    return replace(case, repeat=f"{case.repeat} {FORGOTTEN_SKIP}")

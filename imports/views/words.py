"""The words, tones and icons of states and results: the same on every page, never colour alone."""

from dataclasses import dataclass
from typing import Final

from imports.delivery.conclude import Code
from imports.models import Batch, BatchState, ImportState, NoticeKind, Sending


@dataclass(frozen=True, slots=True)
class Look:
    """How a state or result is shown: its word, a tone of the style sheet, an icon's name."""

    word: str
    tone: str
    icon: str


_STATES: Final[dict[str, tuple[str, str]]] = {
    ImportState.UPLOADED: ("info", "upload"),
    ImportState.READING: ("info", "loader"),
    ImportState.MAPPING: ("warn", "table-2"),
    ImportState.CHECKING: ("info", "loader"),
    ImportState.REVIEW: ("warn", "list-checks"),
    ImportState.APPROVAL: ("warn", "user-round"),
    ImportState.SCHEDULED: ("info", "clock"),
    ImportState.QUEUED: ("info", "clock"),
    ImportState.SENDING: ("info", "send"),
    ImportState.PAUSED: ("warn", "pause"),
    ImportState.BLOCKED: ("bad", "key-round"),
    ImportState.DECISION: ("warn", "circle-question-mark"),
    ImportState.FINISHED: ("good", "circle-check"),
    ImportState.CANCELLED: ("quiet", "ban"),
    ImportState.FAILED: ("bad", "circle-x"),
    ImportState.INCONSISTENT: ("bad", "shield-alert"),
}

RESULTS: Final[dict[str, Look]] = {
    "created": Look("Created", "good", "circle-plus"),
    "updated": Look("Updated", "info", "refresh-cw"),
    "skipped": Look("Skipped", "quiet", "circle-slash"),
    "failed": Look("Failed", "bad", "circle-x"),
    "unknown": Look("Unknown", "odd", "circle-question-mark"),
    "invalid": Look("Invalid", "warn", "triangle-alert"),
    "duplicate": Look("Duplicate", "quiet", "files"),
    "excluded": Look("Excluded", "quiet", "circle-minus"),
    "unchanged": Look("Unchanged", "quiet", "circle-equal"),
    "not_sent": Look("Not sent", "quiet", "circle-dashed"),
    "blank": Look("Blank", "quiet", "circle-minus"),
}

NOTICES: Final[dict[str, Look]] = {
    NoticeKind.FINISHED: Look("Finished", "good", "circle-check"),
    NoticeKind.FAILURES: Look("Finished with failures", "warn", "triangle-alert"),
    NoticeKind.BLOCKED: Look("Blocked", "bad", "key-round"),
    NoticeKind.DECISION: Look("Needs a decision", "warn", "circle-question-mark"),
    NoticeKind.INCONSISTENT: Look("Books do not balance", "bad", "shield-alert"),
    NoticeKind.NOT_STARTED: Look("Not started at its time", "warn", "clock"),
    NoticeKind.HANDED_OVER: Look("Review handed over", "warn", "user-round"),
    NoticeKind.REMINDER: Look("Review still waits", "warn", "list-checks"),
}

LEVELS: Final[dict[str, Look]] = {
    "error": Look("Error", "bad", "circle-x"),
    "warning": Look("Warning", "warn", "triangle-alert"),
}

CALLS: Final[dict[str, Look]] = {
    Sending.State.WAITING: Look("Waiting", "info", "clock"),
    Sending.State.SENT: Look("Sent", "good", "circle-check"),
    Sending.State.GIVEN_UP: Look("Given up", "bad", "circle-x"),
    Sending.State.DROPPED: Look("No longer wanted", "quiet", "ban"),
}

CALL_RESULTS: Final[dict[str, str]] = {
    "late": "not posted: this process was held up",
    "dns": "the host's name has no address",
    "not_public": "refused: the host has an address that is not on the public internet",
    "tls": "its certificate is not trusted, or it does not speak TLS",
    "connect_timeout": "it did not answer in time",
    "connect_refused": "it accepts no connection",
    "timeout": "no answer within five seconds",
    "broke_off": "the connection broke",
    "not_http": "what came back is not HTTP",
    "retired": "the webhook was changed or removed",
    "VaultError": "the stored address does not open with TOKEN_KEYS",
}

PREDICTIONS: Final[dict[str, str]] = {
    "created": "Would be created",
    "updated": "Would be updated",
    "skipped": "Would be skipped",
    "failed": "Would fail",
}

MEANINGS: Final[dict[str, str]] = {
    "created": "MEGA made a new lead of the row.",
    "updated": "MEGA found the person by e-mail or phone and merged the row into that lead.",
    "skipped": "MEGA found the person by e-mail or phone and left that lead as it was.",
    "failed": "MEGA refused the row. The reason stands beside it in the report.",
    "unknown": "The row was sent, but no clear answer came to say what became of it.",
    "invalid": "Kept back: MEGA would refuse the row. Its problems stand beside it; "
    "or MEGA refused another row of this import for the same value.",
    "duplicate": "Left out: another row of the file is of the same person. "
    "Or the row that it repairs went to MEGA in the meantime.",
    "excluded": "Left out: taken out by somebody, or held back for what MEGA knows of the lead.",
    "unchanged": "Left out: the customer already got exactly the same.",
    "not_sent": "Ready, but not sent (yet).",
    "blank": "An empty row between others.",
}


STATE_MEANINGS: Final[dict[str, str]] = {
    ImportState.UPLOADED: "The file is stored and waits for its turn to be read.",
    ImportState.READING: "The rows of the file are being read.",
    ImportState.MAPPING: "A person is needed: no column is a name, phone or e-mail, or dates or "
    "numbers can be read in two ways. The columns page asks.",
    ImportState.CHECKING: "Every row is being checked under the current columns.",
    ImportState.REVIEW: "Everything is checked; nothing was sent. Somebody reviews and sends it.",
    ImportState.APPROVAL: "Somebody else has to approve it before it is sent.",
    ImportState.SCHEDULED: "It is confirmed and starts by itself: at its time, or once another "
    "import has ended. Until then the time can be changed or taken back.",
    ImportState.QUEUED: "It is confirmed; its first request goes out as soon as the quota allows.",
    ImportState.SENDING: "Requests go out, as many a minute as MEGA allows for this customer.",
    ImportState.PAUSED: "Nothing new goes out until somebody resumes it.",
    ImportState.BLOCKED: "MEGA refuses the customer's token. A new token lets it go on by itself.",
    ImportState.DECISION: "Somebody has to decide something. The page says what each answer does.",
    ImportState.FINISHED: "Every row has its final result.",
    ImportState.CANCELLED: "Somebody stopped it. What was already sent stays sent.",
    ImportState.FAILED: "The file could not be used. The page says why.",
    ImportState.INCONSISTENT: "The sums of its rows differ. It was set aside for an administrator.",
}


def state(code: str) -> Look:
    """The look of an import's state."""
    tone, icon = _STATES[code]
    return Look(ImportState(code).label, tone, icon)


def result(code: str) -> Look:
    """The look of a row's result; "not sent" and "not_sent" are the same."""
    return RESULTS[code.replace(" ", "_")]


_REQUESTS: Final[dict[str, Look]] = {
    BatchState.WAITING: Look("Waiting", "quiet", "clock"),
    BatchState.CLAIMED: Look("Next to go", "info", "send"),
    BatchState.SENDING: Look("On its way", "info", "send"),
    BatchState.UNKNOWN: Look("Unknown, asked again", "odd", "circle-question-mark"),
    BatchState.DONE: Look("Answered", "good", "circle-check"),
    BatchState.REPLACED: Look("Sent in parts", "quiet", "files"),
    BatchState.DECISION: Look("Needs a decision", "warn", "circle-question-mark"),
    BatchState.DROPPED: Look("Not sent", "quiet", "ban"),
}

CONCLUSIONS: Final[dict[str, str]] = {
    Code.SETTLED: "MEGA answered for every row.",
    Code.INCOMPLETE: "MEGA answered, but left rows out: what became of those is unknown.",
    Code.NOT_SENT: "Nothing left the portal, so nothing happened. It waits for its turn again.",
    Code.UNCLEAR: "It may have arrived, but no clear answer came: unknown. "
    "The identical request is sent again, which MEGA carries out once only.",
    Code.TOO_MANY: "MEGA took no more requests at that moment. Nothing was imported by it.",
    Code.UNAUTHORIZED: "MEGA did not know the token. Nothing was imported.",
    Code.FORBIDDEN: "The token lacked a right, or is another customer's. Nothing was imported.",
    Code.REFUSED: "MEGA refused the request as a whole. Nothing of it was imported.",
    Code.TOO_LARGE: "The request was too large for MEGA. Nothing of it was imported.",
    Code.CONFLICT: "MEGA knew the request's key with another body, or was still working on it.",
    Code.UNEXPECTED: "An answer that the portal does not understand: it does not guess.",
    Code.LOST: "The portal's worker stopped while it was sending: unknown. "
    "The identical request is sent again, which MEGA carries out once only.",
    "": "On its way: no answer yet.",
}


def request(batch: Batch) -> Look:
    """The look of a request's state; one that was given up may have arrived all the same."""
    look = _REQUESTS[batch.state]
    if batch.state == BatchState.REPLACED and batch.reason in ("alike", "listed"):
        return Look("Sent without some rows", "quiet", "files")
    if batch.state != BatchState.DROPPED:
        return look
    if batch.first_sent_at is not None:
        return Look("Left unknown", "odd", "circle-question-mark")
    was_refused = batch.reason not in ("", "cancelled")
    return Look("Refused, left so", "bad", "circle-x") if was_refused else look

"""The words, tones and icons of states and results: the same on every page, never colour alone."""

from dataclasses import dataclass
from typing import Final

from imports.models import ImportState


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

MEANINGS: Final[dict[str, str]] = {
    "created": "MEGA made a new lead of the row.",
    "updated": "MEGA found the person by e-mail or phone and merged the row into that lead.",
    "skipped": "MEGA found the person by e-mail or phone and left that lead as it was.",
    "failed": "MEGA refused the row. The reason stands beside it in the report.",
    "unknown": "The row was sent, but no clear answer came to say what became of it.",
    "invalid": "Kept back: MEGA would refuse the row. Its problems stand beside it.",
    "duplicate": "Left out: another row of the file is of the same person.",
    "excluded": "Left out: taken out by somebody, or held back for what MEGA knows of the lead.",
    "unchanged": "Left out: the customer already got exactly the same.",
    "not_sent": "Ready, but not sent (yet).",
    "blank": "An empty row between others.",
}


STATE_MEANINGS: Final[dict[str, str]] = {
    ImportState.UPLOADED: "The file is stored and waits for its turn to be read.",
    ImportState.READING: "The rows of the file are being read.",
    ImportState.MAPPING: "No column could be recognised as a name, phone or e-mail. Map one.",
    ImportState.CHECKING: "Every row is being checked under the current columns.",
    ImportState.REVIEW: "Everything is checked; nothing was sent. Somebody reviews and sends it.",
    ImportState.APPROVAL: "Somebody else has to approve it before it is sent.",
    ImportState.SCHEDULED: "It will be sent at a later time.",
    ImportState.QUEUED: "It is confirmed; its first request goes out as soon as the quota allows.",
    ImportState.SENDING: "Requests go out, as many a minute as MEGA allows for this customer.",
    ImportState.PAUSED: "Nothing new goes out until somebody resumes it.",
    ImportState.BLOCKED: "MEGA refuses the customer's token. A new token lets it go on by itself.",
    ImportState.DECISION: "The portal would not decide something by itself. The page says what.",
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

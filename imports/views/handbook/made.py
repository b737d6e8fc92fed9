"""Entries made of the tables of problems, results, states, questions, decisions and answers."""

from collections.abc import Iterator
from typing import Final

from django.utils.text import capfirst

from imports.columns import problems
from imports.delivery import checks, questions, rights
from imports.delivery.conclude import Code
from imports.models import ImportState
from imports.views import words
from imports.views.handbook.entry import Entry
from imports.views.handbook.explanations import EXPLANATIONS

_EFFECTS: Final = {
    "refused": "Its row is kept back.",
    "left_out": "The row goes without it; if nothing else is left to reach the person by, it is "
    "kept back.",
    "changed": "The row is sent.",
}
# What stands for {detail} where no cell is at hand.
DETAILS: Final = {
    "email_several": "one of them",
    "email_unwrapped": "the address alone",
    "phone_possible": "a number",
    "phone_several": "one of them",
    "others_kept": "the first valid one",
    "phone_extension": "at its end",
    "phone_international": "the number with + before its country code",
    "stage_reshaped": "a slug, such as new_lead",
    "stage_refused": "an earlier import",
    "owner_refused": "an earlier import",
    "date_impossible": "day or the month first, as the column has it",
    "number_impossible": "with the decimal mark of its column",
    "currency_removed": "the number",
    "hidden_removed": "characters that nobody sees",
    "email_shared": "several",
    "phone_shared": "several",
    "rows_merged": "other rows",
}
_ALLOWED = "one of MEGA's values"

# Why an import waits for a person, where it is no question of delivery.
_OTHER_WAITS: Final = {
    "columns": (
        "Columns need a person",
        "No column is a name, phone or e-mail, or dates or numbers can be read in two ways.",
        "Say on the columns page what the columns are, and how they are written.",
    ),
    rights.RIGHTS_LOST: (
        "Paused: whoever sent it may no longer import",
        "It was sent by the word of a person who left the team or lost the role.",
        "Somebody who may import looks at it and resumes it.",
    ),
    questions.BATCHES: (
        "Single requests wait for a decision",
        "Nobody can say from here what became of some requests, and the portal does not guess.",
        "Decide about each of them on the import's page: repeat it, or leave it.",
    ),
}
_TITLES: Final = {
    questions.FIRST_FAILURES: "Many rows of the first request failed",
    questions.FAILURES: "Many rows failed",
    questions.UPDATES: "More leads are updated than MEGA said first",
    questions.IGNORED: "MEGA does not know some custom fields",
    questions.SPLIT_BUDGET: "Taking refused requests apart costs much quota",
    questions.BLOCKED_LONG: "It was blocked for a long time",
    questions.NOT_HELD_BACK: "Not all leads could be looked at first",
}
_CHECKS: Final = {
    "unauthorized": "MEGA does not know the token (401)",
    "no_scope": "The token may not write leads (403)",
    "other_customer": "The token is another customer's (403)",
    "forbidden": "MEGA refuses the token (403)",
    "unreachable": "MEGA could not be reached",
    "no_answer": "MEGA gave no usable answer",
    "odd": "MEGA's answer says nothing about the token",
}
_ANSWERS: Final = {
    Code.SETTLED: "Answered for every row",
    Code.INCOMPLETE: "Answered, but not for every row",
    Code.NOT_SENT: "Nothing left the portal",
    Code.UNCLEAR: "No clear answer",
    Code.TOO_MANY: "Too many requests, refused for the rate (429)",
    Code.UNAUTHORIZED: "Token not known (401)",
    Code.FORBIDDEN: "Token without the right (403)",
    Code.REFUSED: "Refused as a whole (400)",
    Code.TOO_LARGE: "Request too large (413)",
    Code.CONFLICT: "Key in use (409)",
    Code.UNEXPECTED: "An answer that nobody expected",
    Code.LOST: "The worker stopped while sending",
    "": "On its way",
}


def of_problems() -> Iterator[Entry]:
    """What can be wrong with a cell or a row."""
    for code, kind in problems.KINDS.items():
        detail = DETAILS.get(code, "")
        fault = kind.fault.format(detail=detail, allowed=_ALLOWED)
        what = f"The cell {fault}. {_EFFECTS[kind.effect]}"
        yield Entry(
            f"problem-{code}",
            capfirst(kind.title),
            f"The row has {fault}. It is kept back." if code == "no_contact" else what,
            kind.repair.format(detail=detail, allowed=_ALLOWED),
        )


def of_results() -> Iterator[Entry]:
    """What becomes of rows."""
    for code, look in words.RESULTS.items():
        yield Entry(f"result-{code}", look.word, words.MEANINGS[code], result=code)


def of_states() -> Iterator[Entry]:
    """Where imports stand."""
    for state in ImportState:
        yield Entry(f"state-{state}", state.label, words.STATE_MEANINGS[state], state=state)


def of_waits() -> Iterator[Entry]:
    """Questions about an import."""
    for code, question in questions.QUESTIONS.items():
        repair = f"“{question.button}”: {question.go_on} Or cancel: {questions.CANCEL}"
        yield Entry(f"question-{code}", _TITLES[code], question.means, repair)
    for code, (title, means, repair) in _OTHER_WAITS.items():
        yield Entry(f"question-{code}", title, means, repair)


def of_decisions() -> Iterator[Entry]:
    """Requests that wait for a person."""
    cases = {**questions.CASES, "never_sent": questions.NEVER_SENT, "other": questions.OTHER}
    for code, case in cases.items():
        repair = f"Repeat it: {case.repeat} Leave it: {case.leave}"
        yield Entry(f"decision-{code}", case.happened, case.means, repair)


def of_tokens() -> Iterator[Entry]:
    """What a check of a token found, or why MEGA refused one."""
    for code, title in _CHECKS.items():
        yield Entry(f"token-{code}", title, checks.SENTENCES[code])


def of_answers() -> Iterator[Entry]:
    """What was concluded of an exchange with MEGA."""
    for code, means in words.CONCLUSIONS.items():
        title = _ANSWERS[code]
        yield Entry(f"answer-{code or 'open'}", title, means)


def of_choices() -> Iterator[Entry]:
    """The explanations that stand beside controls."""
    for name, one in EXPLANATIONS.items():
        yield Entry(f"about-{name}", f"{one.topic}: {one.question}", " ".join(one.paragraphs))

"""Why the portal keeps rows back, in words. Codes are stable: reports of years to come hold them.

A row that is kept back has the code of the reason beside the sentence that names the very rows or
values (`Lead.code`, `Lead.reason`); invalid rows have neither, their problems tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Hold:
    """One code: the title of its rows' group, and what can be done about them.

    `actions` is the template of the controls that decide about the group, where there are any; one
    that `asks` waits for a decision.
    """

    title: str
    repair: str
    actions: str = ""
    asks: bool = False


KINDS: Final[Mapping[str, Hold]] = {
    "gone": Hold(
        "went to MEGA by another import",
        "Nothing to do; or choose below that they are sent all the same.",
    ),
    "dropped": Hold(
        "dropped in this review",
        "Nothing to do; or undo it under “Changes made in this review”.",
    ),
    "opt_out": Hold(
        "must not be contacted",
        "Nothing to do: a column of the file says so, of this row or of another one of the same"
        " person.",
        "parts/review/opt_out.html",
    ),
    "opt_out_unclear": Hold(
        "unclear whether they may be contacted",
        "Say what the value means, or leave the rows out.",
        "parts/review/override.html",
    ),
    "rule_age": Hold(
        "younger than the customer's leads are to be",
        "Nothing to do if that is right; each row says its birth date.",
        "parts/review/override.html",
    ),
    "rule_date": Hold(
        "older leads than the customer wants",
        "Nothing to do if that is right; each row says its day.",
        "parts/review/override.html",
    ),
    "rule_country": Hold(
        "of a country that the customer does not want",
        "Nothing to do if that is right; each row says its country.",
        "parts/review/override.html",
    ),
    "rule_proof": Hold(
        "without a proof of consent",
        "Ask the supplier for the proof, or leave the rows out.",
        "parts/review/override.html",
    ),
    "listed": Hold(
        "on a do-not-import list",
        "They are not sent. Where one of them is there by mistake, a manager takes the entry off "
        "the list.",
        "parts/review/listed.html",
    ),
    "unchanged": Hold(
        "identical to what the customer already got",
        "Nothing to do; or send them again, under “Unchanged rows”.",
    ),
    "duplicate": Hold(
        "of one person with another row",
        "Choose below which of them are sent.",
    ),
    "identical": Hold(
        "the same as another row",
        "Nothing to do: the row that it repeats is sent.",
        "parts/review/gathered.html",
    ),
    "differs": Hold(
        "of one person with other rows, but not the same",
        "Decide which of them are sent, for all groups at once or for one of them.",
        "parts/review/differs.html",
        asks=True,
    ),
    "merged": Hold(
        "merged into another row",
        "Nothing to do: what they hold goes with the row that is named.",
        "parts/review/gathered.html",
    ),
    "melts": Hold(
        "of different people that would become one lead",
        "They share an e-mail or the last ten digits of a phone, by which MEGA takes them for one "
        "person. Leave the shared value out, keep the rows back, or say that it is meant so.",
        "parts/review/melts.html",
        asks=True,
    ),
    "no_match": Hold(
        "with neither phone nor e-mail",
        "MEGA matches them to nobody: each import of them makes new leads. Fill one in, or send "
        "them all the same.",
        "parts/review/no_match.html",
        asks=True,
    ),
    "held_won": Hold("lead is won in MEGA", "Nothing to do if that is right."),
    "held_lost": Hold("lead is lost in MEGA", "Nothing to do if that is right."),
    "held_contacted": Hold("lead was contacted lately", "Nothing to do if that is right."),
    "held_changed": Hold("lead was changed in MEGA since", "Look at the lead in MEGA."),
    "not_found": Hold("lead is no longer found in MEGA", "Nothing to do if that is right."),
}

_UNKNOWN: Final = Hold("kept back", "Look at the rows: each says why.")


def kind(code: str) -> Hold:
    """The code's entry; one that this release does not know is told in general words."""
    return KINDS.get(code, _UNKNOWN)

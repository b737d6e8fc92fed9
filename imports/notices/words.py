"""What a notice says: in a line, in a mail, in a webhook. Ids, counts and the customer's name only.

An import's own reason is not repeated: it may hold MEGA's words about a lead.
"""

from typing import Any

from django.conf import settings
from django.urls import reverse

from imports.delivery import questions, rights
from imports.models import Notice, NoticeKind, Recipient
from imports.reports import balance
from portal import characters

_TITLES = {
    NoticeKind.FINISHED: "Finished",
    NoticeKind.FAILURES: "Finished with failures",
    NoticeKind.BLOCKED: "Blocked",
    NoticeKind.DECISION: "Needs a decision",
    NoticeKind.INCONSISTENT: "Books do not balance",
    NoticeKind.NOT_STARTED: "Not started at its time",
    NoticeKind.HANDED_OVER: "Review handed over",
    NoticeKind.REMINDER: "Review still waits",
}
_SENTENCES = {
    NoticeKind.FINISHED: "Every row has its final result.",
    NoticeKind.FAILURES: "Every row has its final result, and some of them failed or are unknown.",
    NoticeKind.BLOCKED: "MEGA refuses the customer's token, so nothing more is sent. Set a new "
    "token on the customer's page; sending then goes on by itself.",
    NoticeKind.DECISION: "The portal would not decide something by itself. The import's page says "
    "what, and what each answer does. Nothing new is sent until then.",
    NoticeKind.INCONSISTENT: "The sums of its rows differ, so it was set aside. Nothing more is "
    "sent for it; tell your administrator.",
    NoticeKind.NOT_STARTED: "It was scheduled and could not be started, so nothing was sent and it "
    "is in review again. The review says why; whoever may send it does so there.",
    NoticeKind.HANDED_OVER: "A colleague handed this review over to you. The review says who, and "
    "what was noted. Nothing is sent until somebody gives the word there.",
    NoticeKind.REMINDER: "Nothing was changed in this review for a day or longer, and nothing was "
    "sent. Send it, schedule it, hand it over or discard it.",
}
_TO_ONE = {
    NoticeKind.NOT_STARTED: "you scheduled this import",
    NoticeKind.HANDED_OVER: "this review was handed over to you",
    NoticeKind.REMINDER: "this review is yours",
}
ABOUT = {
    questions.FIRST_FAILURES: "MEGA refused many rows of the first request.",
    questions.FAILURES: "MEGA refused many rows.",
    questions.UPDATES: "More leads were updated than MEGA had predicted.",
    questions.IGNORED: "MEGA left out a custom field that a column is mapped to.",
    questions.SPLIT_BUDGET: "MEGA refuses whole requests, and taking them apart costs many more.",
    questions.BLOCKED_LONG: "The customer's new token works, after a long time without one.",
    questions.BATCHES: "Of some requests only a person can say what is to become of them.",
    questions.NOT_HELD_BACK: "The leads that were to be held back could not be found out.",
    rights.RIGHTS_LOST: "Whoever sends it may no longer import for the customer.",
}
_COUNTS = (*balance.SENT, "not_sent", "left_out")


def title(notice: Notice) -> str:
    """The kind in words, such as “Needs a decision”."""
    return _TITLES[NoticeKind(notice.kind)]


def sentence(notice: Notice) -> str:
    """What it means and what to do."""
    about = ABOUT.get(notice.question, "")
    return f"{about} {_SENTENCES[NoticeKind(notice.kind)]}".strip()


def counted(notice: Notice) -> str:
    """The counts that are not zero: “1,200 rows: 1,100 created, 100 failed”."""
    parts = [
        f"{notice.counts[name]:,} {name.replace('_', ' ')}"
        for name in _COUNTS
        if notice.counts.get(name)
    ]
    rows = notice.counts.get("rows", 0)
    return f"{rows:,} row{'' if rows == 1 else 's'}" + (f": {', '.join(parts)}" if parts else "")


def page_of(notice: Notice) -> str:
    """The address of the import's page."""
    return settings.SITE_URL + reverse("import", args=[notice.lead_import_id])


def subject(notice: Notice) -> str:
    """Of the mail."""
    return f"{title(notice)}: import {notice.lead_import_id} for {_customer(notice)}"


def mail(recipient: Recipient) -> str:
    """The text of the mail."""
    notice = recipient.notice
    why = (
        f"you manage the team {characters.spelt(notice.lead_import.customer.team.name)}"
        if recipient.as_manager
        else _TO_ONE.get(NoticeKind(notice.kind), "you uploaded, sent or resumed this import")
    )
    return (
        f"{subject(notice)}\n"
        f"{notice.at:%Y-%m-%d %H:%M} UTC\n\n"
        f"{sentence(notice)}\n\n"
        f"{counted(notice)}\n"
        f"{page_of(notice)}\n\n"
        f"You get this because {why}. Choose what is mailed to you:\n"
        f"{settings.SITE_URL}{reverse('preferences')}\n"
    )


def slack(notice: Notice | None) -> dict[str, Any]:
    """The body for a Slack-compatible address."""
    if notice is None:
        return {"text": f"A test of {settings.SITE_NAME}: notices of imports will come here."}
    return {
        "text": f"{title(notice)}: import {notice.lead_import_id}. {counted(notice)}. "
        f"{page_of(notice)}"
    }


def event(notice: Notice | None, team: str) -> dict[str, Any]:
    """The body of a signed webhook."""
    if notice is None:
        return {"event": "test", "team": team}
    return {
        "event": f"import.{notice.kind}",
        "notice": notice.pk,
        "at": notice.at.isoformat(),
        "team": team,
        "import": notice.lead_import_id,
        "counts": notice.counts,
        "url": page_of(notice),
    }


def _customer(notice: Notice) -> str:
    """On one line, with marks for what cannot be seen: it stands in the head of a mail."""
    return " ".join(characters.spelt(notice.lead_import.customer.name).split())

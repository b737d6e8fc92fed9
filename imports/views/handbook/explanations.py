"""What stands behind a choice, in plain words: beside the control, and on the help page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from imports.delivery.packing import FIRST_ROWS
from imports.mega.contract import MAX_ROWS

# As MEGA's guides say it: see docs/mega.md.
NO_AUTOMATION: Final = (
    "MEGA starts no automation for imported leads: nothing runs for them there, and no "
    "lead.created webhook is sent."
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A question that a person has at a control, and its answer in paragraphs, a line each."""

    topic: str
    question: str
    answer: str

    @property
    def paragraphs(self) -> list[str]:
        return self.answer.splitlines()


EXPLANATIONS: Final[Mapping[str, Explanation]] = {
    "on_duplicate": Explanation(
        "Existing leads",
        "What changes in MEGA?",
        "“Leave” changes nothing: a row of a person whom MEGA has already is reported as "
        "skipped.\n"
        "“Update” writes the sheet's values over those of the existing lead. Fields for which "
        "the sheet has no column, or a blank cell, are not sent.\n"
        "MEGA has no undo. Old values can be put back as far as they were kept before.",
    ),
    "overwriting": Explanation(
        "What an update may overwrite",
        "Which fields does an update leave alone?",
        "It counts only where existing leads are updated. MEGA merges what is sent into the lead "
        "that it has; what an update may not overwrite is not sent with it.\n"
        "“Always”: the field goes with every row.\n"
        "“Only for new leads”: it goes with rows of which MEGA, asked about every row, said that "
        "it would add a lead. Rows that it would update go without the field, in requests of their "
        "own; so do later rows of one person, which find the lead that the first one made. If MEGA "
        "was not asked about every row, the review asks what becomes of the field.\n"
        "“Never”: it goes only with rows that are known to make a new lead. If MEGA was not asked "
        "about every row, these are the rows with neither e-mail nor phone.\n"
        "What MEGA said may be out of date once a row is sent: if somebody adds the person in "
        "between, the row updates that lead with all its fields.",
    ),
    "matching": Explanation(
        "Matching",
        "How does MEGA recognise a person?",
        "By the e-mail, or by the last ten digits of the phone: (206) 555-0123 and +1 206 555 "
        "0123 are the same person. Names do not count.\n"
        "The portal compares the rows of one file in the same way, and takes capital and "
        "small letters of an e-mail for the same.\n"
        "A row with a name only matches nobody: MEGA makes a new lead of it each time.",
    ),
    "dry_run": Explanation(
        "Asking MEGA first",
        "What does asking first do?",
        "MEGA looks at every row and says what it would do: create, update, skip or refuse. "
        "It writes nothing. Lists of requests call this a dry run.\n"
        "Each question is a request like one that sends: it takes as long, and it costs as "
        "much of the quota. A sample is one of them, with rows from all over the sheet.\n"
        "After every row was asked about, the first request need not be a small one, and the "
        "import stops and asks when many more leads are updated than MEGA said.",
    ),
    "quota": Explanation(
        "Quota",
        "Why does it take minutes?",
        f"MEGA usually takes ten requests a minute for each customer, with up to {MAX_ROWS} leads "
        "in each: that is 5,000 leads a minute. The number shown with the customer and in the "
        "review is the one that counts.\n"
        "Imports of the same token take turns. The portal waits by itself, and you may close "
        "the page.",
    ),
    "first_request": Explanation(
        "The first small request",
        "Why does a small request go first?",
        f"The first request carries at most {FIRST_ROWS} rows and is answered before the rest "
        "goes out: a wrong column shows there, and not in thousands of leads.\n"
        "If too many of them fail, nothing else is sent and the import asks what to do.",
    ),
    "held": Explanation(
        "Held rows",
        "When are rows held back?",
        "Held back by your choice: rows whose lead is won, lost, or was contacted lately stay "
        "out. MEGA is asked for these leads before anything is sent.\n"
        "Held by an answer: when MEGA refuses a value, such as a stage that it does not know, "
        "other rows with the very same value are not sent either. They would fail the same way.\n"
        "A held row is in the report with its reason, and can be sent again once that is "
        "gone.",
    ),
    "priority": Explanation(
        "Turns",
        "Which import goes first?",
        "Imports that use the same token share its quota. In turns: each gets a request, one "
        "after the other, so that a small one need not wait for a large one.\n"
        "“Before the others” gets every request until it is done; “When nothing else waits” "
        "gets what the others leave.",
    ),
    "duplicates": Explanation(
        "The same person twice",
        "What if a person is in the file twice?",
        "Rows with the same e-mail, or the same last ten digits of the phone, are of one "
        "person. If all are sent, they go one after the other, in the order of the sheet.\n"
        "The first makes the lead; the later ones find it, and are skipped or update it.\n"
        "Of rows that are the same the first is sent. Different ones wait in the review until "
        "somebody decides: the first, the last, all, none, or merged under one name.",
    ),
    "old_values": Explanation(
        "Old values",
        "What are old values for?",
        "Before leads are updated, the portal reads what they are and keeps it. From the "
        "report these values can be downloaded, and put back by an import of their own.\n"
        "Reading takes requests of another quota, and some minutes at most.",
    ),
    "words": Explanation(
        "What MEGA knows",
        "Where do stages, owners and custom fields come from?",
        "MEGA has no list of them, so the portal learns them: from the newest thousand leads, if "
        "the token may read leads, and from each import that ends.\n"
        "They are offered where columns are mapped. A cell that says the very same as a stage's "
        "slug or name, or an owner's name, gets its meaning; what is only similar, or could be "
        "two, does not.\n"
        "What MEGA refused or ignored in an import is said before the next one is sent, until MEGA "
        "takes it. Leads are read again when somebody asks for it, and by itself when a file comes "
        "in and a week has passed.",
    ),
    "automation": Explanation(
        "Automation",
        "Does anything start in MEGA?",
        NO_AUTOMATION,
    ),
}

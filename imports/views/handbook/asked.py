"""Questions that people ask, and their answers; the last ones are where error pages lead."""

from collections.abc import Iterator
from typing import Final

from imports.mega.contract import MAX_ROWS
from imports.views.handbook.entry import Entry

_QUESTIONS: Final = (
    Entry(
        "asked-slow",
        "Sending seems slow",
        f"MEGA usually takes ten requests a minute for each customer, with up to {MAX_ROWS} leads "
        "in each. The number on the customer's page is the one that counts. The import's page says "
        "what it waits for, and you may close it.",
    ),
    Entry(
        "asked-unknown",
        "Some rows are unknown",
        "They were sent, but no clear answer came back. The portal asks again with the identical "
        "request, which MEGA answers without doing anything twice. Only when that does not settle "
        "it, it asks you.",
    ),
    Entry(
        "asked-token",
        "The token was refused",
        "Its imports wait; nothing is lost.",
        "A manager sets a new token on the customer's page, and sending goes on by itself.",
    ),
    Entry(
        "asked-failed",
        "Rows failed",
        "MEGA refused them, each with a reason.",
        "Download “Failed” from the report: the rows come in the sheet's own columns with the "
        "reason beside them. Repair them and upload that file as a follow-up. Where the reason is "
        "gone, or other columns help, “Send rows again” takes them without a file.",
    ),
    Entry(
        "asked-undo",
        "Can an import be undone?",
        "Within ten seconds, yes. After that MEGA has the leads, and it offers no way back. That "
        "is why a first small request goes out alone, and why existing leads are left as they are "
        "unless you choose otherwise.",
    ),
    Entry(
        "asked-letters",
        "Strange letters in names",
        "The file was read with the wrong encoding.",
        "On the import's page File, “Read the file differently”.",
    ),
    Entry(
        "asked-sample",
        "What should the file look like?",
        "One lead a row, under a row of headings. Each row needs a name, a phone or an e-mail. "
        "Headings are understood in many languages.",
        "A sample to look at and to try out stands ready.",
        download="sample",
    ),
    Entry(
        "asked-customers",
        "Rows of a list of customers are wrong",
        "Only rows that are complete and unlike any other customer are added. Each of the others "
        "says which of its cells is wrong and why.",
        "Download the wrong rows with their reasons, repair those and upload them; what was added "
        "by then is recognised. The template has the headings that are understood.",
        download="customers_template",
    ),
    Entry(
        "asked-access",
        "A page is not found, or not allowed",
        "What belongs to other teams is not found, whether it exists or not. What your role does "
        "not allow is refused: viewers read, importers import, managers also keep customers, "
        "tokens and members.",
        "Check the address, or ask a manager of the team to add you or to change your role.",
    ),
    Entry(
        "asked-wait",
        "“Please wait a moment” (429)",
        "The portal itself takes only so many passwords and codes in a few minutes, so that nobody "
        "can guess them. Imports go on meanwhile.",
        "Wait a few minutes and try again.",
    ),
)


def questions() -> Iterator[Entry]:
    """Every question."""
    yield from _QUESTIONS

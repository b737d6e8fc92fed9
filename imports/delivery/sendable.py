"""Whether an import can go to MEGA at all, and whether it is what the person saw."""

from dataclasses import dataclass

from imports.delivery import plan
from imports.errors import WrongState
from imports.models import Import
from imports.review import gates, judge, standing


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person saw and confirms: what somebody else changed since is not confirmed with it.

    `mapping` is the id of a MappingVersion; None confirms whatever there is now.
    """

    mapping: int | None = None
    leads: int | None = None
    acts: str | None = None  # as `standing.seen_as` says it

    def refuse_other_rows(self, locked: Import) -> None:
        """Raise WrongState when the columns, or what people did in review, are no longer those."""
        if self.mapping not in (None, locked.mapping_id):
            raise WrongState(
                "Somebody changed the columns after this page was shown. Look at the review "
                "again, then send."
            )
        if self.acts not in (None, standing.seen_as(locked)):
            raise WrongState(
                "Somebody changed rows or decided about them after this page was shown. Look at "
                "“Changes made in this review”, then send."
            )

    def refuse_other_number(self, leads: int) -> None:
        """Raise WrongState when there are more or fewer leads than were shown."""
        if self.leads not in (None, leads):
            raise WrongState(
                f"The page showed {self.leads:,} rows to send, and it is {leads:,} now: somebody "
                "changed what is left out. Look at the review again, then send."
            )


def refuse(locked: Import, seen: Seen) -> None:
    """Raise WrongState where an import in review is not to be sent, or is not what was seen.

    The caller holds the import's row, and counts the leads afterwards.
    """
    seen.refuse_other_rows(locked)
    refuse_other_account(locked)
    refuse_without_token(locked)
    judge.look_at_lists(locked)
    gates.refuse_open(locked)


def refuse_other_account(locked: Import) -> None:
    """Refuse when the customer's MEGA id was changed after the upload (it had no token yet)."""
    if locked.mega_id != locked.customer.mega_id:
        raise WrongState(
            f"The MEGA id of {locked.customer.name} was changed after this file was uploaded, so "
            "it may be meant for another account. Upload it again.",
            code="other_account",
        )


def refuse_without_token(locked: Import) -> None:
    """Raise WrongState when there is no token that MEGA takes."""
    token = locked.customer.token
    if token is None:
        raise WrongState(
            f"{locked.customer.name} has no token yet, so nothing can be sent. Set the token on "
            "the customer's page, then send again.",
            code="no_token",
        )
    if token.refused_at is not None:
        raise WrongState(
            f"MEGA refused the token of {locked.customer.name}. Set a new one on the customer's "
            "page, then send again.",
            code="token_refused",
        )


def count(locked: Import) -> int:
    """Return how many leads go; raise WrongState when none does."""
    leads = plan.sendable(locked).count()
    if not leads:
        raise WrongState(
            "No row of this import can be sent: all are blank, invalid or left out. "
            "Repair the file or change the columns.",
            code="nothing_to_send",
        )
    return leads

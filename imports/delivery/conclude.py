"""What an answer of MEGA means: the answer table, as a pure function."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from imports.errors import MegaError, NotSent
from imports.mega import contract, rates


class Code(StrEnum):
    """What was concluded of one exchange. Stored on the attempt, shown on pages."""

    SETTLED = "settled"  # a result for every row
    INCOMPLETE = "incomplete"  # a 200 that leaves rows out
    NOT_SENT = "not_sent"  # nothing left this machine
    UNCLEAR = "unclear"  # it may have happened
    TOO_MANY = "too_many"  # 429
    UNAUTHORIZED = "unauthorized"  # 401
    FORBIDDEN = "forbidden"  # 403
    REFUSED = "refused"  # 400: nothing of the request was imported
    TOO_LARGE = "too_large"  # 413
    CONFLICT = "conflict"  # 409
    UNEXPECTED = "unexpected"  # anything else: a person decides
    LOST = "lost"  # the worker vanished while sending; concluded by the clock


# After these the request may have been carried out: its rows are unknown until it is settled.
MAYBE_DONE = (Code.UNCLEAR, Code.LOST, Code.CONFLICT, Code.UNEXPECTED, Code.INCOMPLETE)
# These say something about the key: it was accepted.
KEY_ACCEPTED = (Code.SETTLED, Code.INCOMPLETE, Code.REFUSED, Code.TOO_LARGE, Code.CONFLICT)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A conclusion with what it needs to be acted upon."""

    code: Code
    detail: str = ""  # MEGA's own words, or ours for a failed exchange; bounded, no personal data
    retry_after: float | None = None  # seconds
    results: dict[str, contract.RowResult] = field(default_factory=dict)  # by row_ref
    unknown_custom_fields: tuple[str, ...] = ()

    @property
    def ignored_fields(self) -> set[str]:
        """The slugs of custom fields that MEGA ignored, for the whole request or in a row."""
        of_rows = [result.ignored_custom_fields for result in self.results.values()]
        return set(self.unknown_custom_fields).union(*filter(None, of_rows))


def conclude(
    reply: contract.Answer | MegaError,
    refs: Collection[str],
    *,
    now: datetime,
    dry_run: bool = False,
) -> Conclusion:
    """Conclude from MEGA's answer, or from the lack of one, what became of a request.

    `refs` are the row_refs that were sent, `dry_run` whether nothing was to be written; `now`
    gives a Retry-After that is a date its meaning.
    """
    if isinstance(reply, NotSent):
        return Conclusion(Code.NOT_SENT, reply.sentence)
    if isinstance(reply, MegaError):
        return Conclusion(Code.UNCLEAR, reply.sentence)
    retry_after = rates.RateHeaders.parse(reply.headers, now=now).retry_after
    if reply.status == 200:
        return _of_results(reply, refs, dry_run=dry_run)
    if reply.status >= 500:
        return Conclusion(Code.UNCLEAR, f"MEGA answered {reply.status}.", retry_after)
    return Conclusion(_code_of(reply.status), _words(reply), retry_after)


def _code_of(status: int) -> Code:
    known = {
        400: Code.REFUSED,
        401: Code.UNAUTHORIZED,
        403: Code.FORBIDDEN,
        409: Code.CONFLICT,
        413: Code.TOO_LARGE,
        429: Code.TOO_MANY,
    }
    return known.get(status, Code.UNEXPECTED)


def _words(reply: contract.Answer) -> str:
    return contract.error_message(reply.body) or f"MEGA answered {reply.status} without a reason."


def _of_results(reply: contract.Answer, refs: Collection[str], *, dry_run: bool) -> Conclusion:
    try:
        answer = contract.parse_bulk(reply.body)
    except contract.MalformedAnswer as problem:
        return Conclusion(Code.UNCLEAR, str(problem))
    if answer.dry_run is not None and answer.dry_run != dry_run:
        said = "a dry run" if answer.dry_run else "a real import"
        return Conclusion(Code.UNEXPECTED, f"MEGA says that it took the request for {said}.")
    results = answer.by_ref(refs)
    code = Code.SETTLED if len(results) == len(refs) else Code.INCOMPLETE
    missing = len(refs) - len(results)
    detail = "" if not missing else f"MEGA's answer leaves out {missing} of {len(refs)} rows."
    return Conclusion(
        code, detail, results=results, unknown_custom_fields=tuple(answer.unknown_custom_fields)
    )

"""Two ways to find the leads that an import may update, and which of them costs less.

All leads of the customer, a hundred a page, matched here by MEGA's rule; or a search for each row's
e-mail and phone, after a dry run only for the rows that it said would be updated. The first page is
asked for in any case: it tells how many leads there are. What is dearer than the minutes that
sending may wait is not begun.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from imports.delivery import read_quota
from imports.mega.listed import MOST_LEADS, Page
from imports.models import BeforeRead, DryRun, Import, OnDuplicate, ReadAttempt

_PAGE = {
    "limit": str(MOST_LEADS),
    "sort_by": "created_at",  # what is new comes last, and changes while reading move nothing
    "sort_dir": "asc",
    "include_custom_fields": "true",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One reading request: its query."""

    params: dict[str, str]
    is_search: bool = False


# The words to search for, in the order of the sheet: a row's e-mail, then its phone unless the
# e-mail led to a lead. What a dry run predicted about this very lead narrows it down.
_TERMS = """
    SELECT number, term, word FROM (
        SELECT l.number, 0 AS term, l.email_key AS word, p.number IS NOT NULL AS asked,
               p.matched_by
        FROM imports_lead l LEFT JOIN imports_prediction p
          ON p.dry_run_id = %(dry_run)s AND p.number = l.number AND p.digest = l.digest
        WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.verdict = 'ok'
          AND l.number >= %(number)s AND l.email_key IS NOT NULL
          AND (p.number IS NULL OR p.status = 'updated')
        UNION ALL
        SELECT l.number, 1, l.body->>'contact_phone', p.number IS NOT NULL, p.matched_by
        FROM imports_lead l LEFT JOIN imports_prediction p
          ON p.dry_run_id = %(dry_run)s AND p.number = l.number AND p.digest = l.digest
        WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.verdict = 'ok'
          AND l.number >= %(number)s AND l.phone_key IS NOT NULL
          AND (p.number IS NULL OR p.status = 'updated')
    ) t
    WHERE (NOT asked OR matched_by = '' OR (matched_by = 'phone') = (term = 1))
      AND (number, term) > (%(number)s, %(term)s)
      AND (term = 0 OR asked OR NOT EXISTS (
            SELECT 1 FROM imports_beforeimage b
            WHERE b.import_id = %(import)s AND b.number = t.number))
"""


def next_step(read: BeforeRead) -> Step:
    """Return the request that comes next. A search whose term is gone asks for nothing new."""
    if read.way == BeforeRead.Way.SEARCH:
        return Step(_PAGE | {"search": read.place.partition(" ")[2]}, is_search=True)
    return Step(_PAGE | ({"cursor": read.place} if read.place else {}))


def advance(lead_import: Import, read: BeforeRead, page: Page, now: datetime) -> str | None:
    """Note where to go on after this page; return None then, '' at the end, or why to give up."""
    if read.way == BeforeRead.Way.SEARCH:
        return _next_term(lead_import, read)
    read.seen += len(page.leads)
    if page.next_cursor is None:
        read.way, read.needed = BeforeRead.Way.PAGES, read.answered
        return ""
    if not read.way:
        return _choose(lead_import, read, page, now)
    if page.next_cursor == read.place or not page.leads:
        return "odd"  # it leads nowhere
    read.place = page.next_cursor
    return None


def _choose(lead_import: Import, read: BeforeRead, page: Page, now: datetime) -> str | None:
    """After the first page: choose the cheaper way, if one of them is cheap enough."""
    assert page.next_cursor is not None  # noqa: S101 - asked only then
    allowed = min(read.minutes * read_quota.PER_MINUTE, _left(read, now))
    pages = pages_of(page.total) - 1 if page.total is not None else allowed + 1
    searches = terms(lead_import, allowed + 1)
    if min(pages, searches) > allowed:
        return "too_many"
    if pages <= searches:
        read.way, read.needed, read.place = BeforeRead.Way.PAGES, pages + 1, page.next_cursor
        return None
    read.way, read.needed = BeforeRead.Way.SEARCH, searches + 1
    return _next_term(lead_import, read)


def _left(read: BeforeRead, now: datetime) -> int:
    newest = ReadAttempt.objects.filter(read=read).select_related("quota").last()
    if newest is None:
        return read_quota.PER_HOUR
    return read_quota.left_this_hour(read_quota.exchanges_of(newest.quota, now), now)


def pages_of(total: int) -> int:
    """Return how many requests so many leads take."""
    return max(-(-total // MOST_LEADS), 1)


def terms(lead_import: Import, upto: int) -> int:
    """Count the searches that the import's rows take, no further than `upto`."""
    parameters = _parameters(lead_import) | {"upto": upto}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({_TERMS} LIMIT %(upto)s) n", parameters)  # noqa: S608
        found: int = cursor.fetchone()[0]
    return found


def _next_term(lead_import: Import, read: BeforeRead) -> str | None:
    """Put the next word to search for into the reading's place: `row.term word`."""
    number, _, term = read.place.partition(" ")[0].partition(".")
    begun = read.place and number.isdigit() and term.isdigit() and read.way
    after = (int(number), int(term)) if begun else (0, -1)
    with connection.cursor() as cursor:
        cursor.execute(f"{_TERMS} ORDER BY number, term LIMIT 1", _parameters(lead_import, *after))
        row = cursor.fetchone()
    if row is None:
        return ""
    read.place = f"{row[0]}.{row[1]} {row[2]}"
    return None


def _parameters(lead_import: Import, number: int = 0, term: int = -1) -> dict[str, int | None]:
    asked = DryRun.objects.filter(
        lead_import=lead_import,
        mapping=lead_import.mapping_id,
        on_duplicate=OnDuplicate.UPDATE,
        state=DryRun.State.DONE,
        is_sample=False,
    ).last()
    return {
        "import": lead_import.pk,
        "mapping": lead_import.mapping_id,
        "dry_run": asked.pk if asked else None,
        "number": number,
        "term": term,
    }


@dataclass(frozen=True, slots=True)
class Cost:
    """What reading the old values would take, as far as it is known; `most` bounds it."""

    requests: int | None  # None: MEGA has not told yet how many leads there are
    minutes: float | None
    most_requests: int
    most_minutes: int
    is_too_much: bool


def cost(lead_import: Import, minutes: int) -> Cost:
    """Estimate from the customer's number of leads when it was last read, and from the rows."""
    known = BeforeRead.objects.filter(
        lead_import__customer=lead_import.customer_id,
        lead_import__mega_id=lead_import.mega_id,
        total__isnull=False,
    ).order_by("-ended_at").first()  # fmt: skip
    most = minutes * read_quota.PER_MINUTE
    searches = terms(lead_import, most + 1) + 1
    requests = min(pages_of(known.total or 0), searches) if known else None
    if requests is None and searches <= most:
        most = searches
    return Cost(
        requests=requests,
        minutes=None if requests is None else read_quota.seconds_for(requests) / 60,
        most_requests=most,
        most_minutes=max(-(-int(read_quota.seconds_for(most)) // 60), 1),
        is_too_much=requests is not None and requests > most,
    )

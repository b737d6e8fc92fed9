"""A look at some hundred leads of an import, spread evenly: whose people they are, from where."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE as COUNTRIES

from imports.models import Import

SAMPLE = 400  # leads
LATELY = 400  # days: whom other customers received longer ago says little of today's files
MOST = 64  # leads of one key that are looked at: a key of more is hardly one person's
KEPT = 40  # regions and domains of an import

_ENDS = """
    SELECT min(number), max(number) FROM imports_lead WHERE import_id = %s AND mapping_id = %s
"""
_TAKEN = """
    SELECT email_key, phone_key, body->>'contact_phone' FROM imports_lead
    WHERE import_id = %s AND mapping_id = %s AND number = ANY(%s) AND verdict <> 'invalid'
    ORDER BY number
"""
# Each key by its index, which holds the keys of all imports. Only what was sent counts.
_OWNERS = """
    WITH mine AS MATERIALIZED (
        SELECT * FROM unnest(%(emails)s::text[], %(phones)s::text[]) WITH ORDINALITY
            AS one(email, phone, n)
    ), known AS (
        SELECT mine.n, l.import_id, l.mapping_id FROM mine, LATERAL (
            SELECT import_id, mapping_id FROM imports_lead
            WHERE email_key = mine.email AND verdict = 'ok' LIMIT %(most)s) l
        UNION
        SELECT mine.n, l.import_id, l.mapping_id FROM mine, LATERAL (
            SELECT import_id, mapping_id FROM imports_lead
            WHERE phone_key = mine.phone AND verdict = 'ok' LIMIT %(most)s) l
    ), owned AS (
        SELECT DISTINCT known.n, i.customer_id FROM known
        JOIN imports_import i ON i.id = known.import_id AND i.mapping_id = known.mapping_id
        JOIN imports_customer c ON c.id = i.customer_id AND c.team_id = %(team)s
        WHERE i.id <> %(import)s AND i.started_at > now() - %(days)s * interval '1 day'
    )
    SELECT customer_id, count(*) FROM owned
    WHERE customer_id = %(customer)s
       OR NOT EXISTS (SELECT FROM owned o WHERE o.n = owned.n AND o.customer_id = %(customer)s)
    GROUP BY 1
"""
# Those of the customer itself by themselves: what others have of a key must not hide them.
_OWN = """
    SELECT count(*) FROM unnest(%(emails)s::text[], %(phones)s::text[]) AS mine(email, phone)
    WHERE EXISTS (SELECT FROM imports_lead l WHERE l.email_key = mine.email AND l.verdict = 'ok'
                  AND l.import_id = ANY(%(own)s))
       OR EXISTS (SELECT FROM imports_lead l WHERE l.phone_key = mine.phone AND l.verdict = 'ok'
                  AND l.import_id = ANY(%(own)s))
"""

_ANYBODYS = """
    gmail.com googlemail.com yahoo.com ymail.com rocketmail.com hotmail.com outlook.com live.com
    msn.com aol.com icloud.com me.com mac.com proton.me protonmail.com gmx.de gmx.net gmx.com gmx.at
    gmx.ch web.de t-online.de freenet.de mail.com mail.ru yandex.ru orange.fr wanadoo.fr free.fr
    sfr.fr laposte.net libero.it virgilio.it tiscali.it hotmail.co.uk hotmail.fr hotmail.de
    outlook.de outlook.fr live.co.uk live.fr yahoo.co.uk yahoo.fr yahoo.de yahoo.es yahoo.com.br
    yahoo.co.in btinternet.com sky.com virginmedia.com talktalk.net comcast.net verizon.net att.net
    sbcglobal.net bellsouth.net cox.net charter.net earthlink.net rogers.com bell.net shaw.ca
    telus.net uol.com.br bol.com.br terra.com.br qq.com 163.com 126.com naver.com seznam.cz wp.pl
    o2.pl onet.pl ziggo.nl kpnmail.nl telenet.be skynet.be bluewin.ch bigpond.com optusnet.com.au
    xtra.co.nz
"""
ANYBODYS: Final = frozenset(_ANYBODYS.split())  # domains of mail that is nobody's firm


@dataclass(frozen=True, slots=True)
class Sample:
    """What some hundred leads of an import are like; see `models.Traits`."""

    people: int
    own: int
    theirs: dict[int, int]
    phones: int
    regions: dict[str, int]
    emails: int
    domains: dict[str, int]


def take(lead_import: Import) -> Sample:
    """Look at leads of the import's current mapping. Costs two look-ups by index for each."""
    leads = _leads(lead_import)
    people = list(_people(leads))
    own, theirs = _owners(lead_import, people)
    regions = Counter(region(phone) for *_, phone in leads if phone)
    emails = [email.rpartition("@")[2] for email, *_ in leads if email]
    companies = Counter(domain for domain in emails if domain not in ANYBODYS)
    return Sample(
        people=len(people),
        own=own,
        theirs=theirs,
        phones=regions.total(),
        regions=dict(regions.most_common(KEPT)),
        emails=len(emails),
        domains={name: n for name, n in companies.most_common(KEPT) if n > 1},  # no person's own
    )


def region(phone: str) -> str:
    """Return where a phone in E.164 is from: the country, and the area as far as it goes."""
    digits = phone.lstrip("+")
    code = next((digits[:n] for n in (1, 2, 3) if int(digits[:n] or 0) in COUNTRIES), "")
    area = digits[len(code) :][: 3 if code == "1" else 2]
    return f"+{code} {area}"


def _leads(lead_import: Import) -> list[tuple[str | None, str | None, str | None]]:
    at = [lead_import.pk, lead_import.mapping_id]
    with connection.cursor() as cursor:
        cursor.execute(_ENDS, at)
        first, last = cursor.fetchone() or (None, None)
        if first is None or last is None:
            return []
        cursor.execute(_TAKEN, [*at, _spread(first, last)])
        return list(cursor.fetchall())


def _spread(first: int, last: int) -> list[int]:
    """Return row numbers from the first to the last, all of them while they are few."""
    count = last - first + 1
    step = max(count / SAMPLE, 1.0)
    return [first + int(n * step) for n in range(min(count, SAMPLE))]


def _people(
    leads: Iterable[tuple[str | None, str | None, str | None]],
) -> Iterator[tuple[str | None, str | None]]:
    """Give the keys of those that have one alone: what several share is nobody's in person."""
    leads = list(leads)
    shared = {
        key for key, n in Counter(one for e, p, _ in leads for one in (e, p)).items() if n > 1
    }
    for email, phone, _ in leads:
        keys = (None if email in shared else email, None if phone in shared else phone)
        if any(keys):
            yield keys


def _owners(
    lead_import: Import, people: list[tuple[str | None, str | None]]
) -> tuple[int, dict[int, int]]:
    """Count those who are the customer's own, and those who are not, by whose they are."""
    if not people:
        return 0, {}
    customer = lead_import.customer
    own = customer.imports.filter(started_at__isnull=False).exclude(pk=lead_import.pk)
    parameters: dict[str, Any] = {
        "emails": [email for email, _ in people],
        "phones": [phone for _, phone in people],
        "import": lead_import.pk,
        "customer": customer.pk,
        "team": customer.team_id,
        "own": list(own.values_list("pk", flat=True)),
        "most": MOST,
        "days": LATELY,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OWN, parameters)
        mine = int(cursor.fetchone()[0])
        cursor.execute(_OWNERS, parameters)
        theirs = {owner: count for owner, count in cursor.fetchall() if owner != customer.pk}
    return mine, theirs

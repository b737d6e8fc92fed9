"""What an import that ended teaches: which stages, owners and custom fields MEGA took or refused.

The clock writes a lesson down as it ends the import; a worker learns it, since a million rows take
some seconds. Only what the mapping feeds is looked at, and each question is one statement.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from imports.columns.fields import CUSTOM
from imports.columns.mapping import Mapping
from imports.columns.vocabulary import KIND_OF
from imports.delivery import standing, words
from imports.delivery.words import Answered
from imports.errors import BadMapping
from imports.mega import contract
from imports.models import Attempt, Import, Kind, Lesson, Word

LEASE: Final = timedelta(minutes=5)
MOST_TRIES: Final = 3  # an import that cannot be learnt from is left alone
AT_MOST: Final = 10  # lessons a tick
MOST_WORDS: Final = 300  # of each kind, those of most rows
# More that MEGA refused are a column of other texts, perhaps of names: none of them is kept, save
# what the account is known to have.
MOST_REFUSED: Final = 50
NEWEST_ROWS: Final = 50_000  # in which custom fields that MEGA took are looked for
NEWEST_ANSWERS: Final = 20  # that are read for what MEGA ignored without saying in which row

# By MEGA's own words an error is about the field; `\m` begins a word.
_ABOUT: Final = {"stage_slug": r"\mstage", "owner_id": r"\m(owner|team member)"}

_OF_ROWS = """
    SELECT l.body->>%(field)s, count(*), max(o.attempt_id)
    FROM imports_outcome o JOIN imports_lead l
      ON l.import_id = o.import_id AND l.mapping_id = %(mapping)s AND l.number = o.number
    WHERE o.import_id = %(import)s AND l.body->>%(field)s <> '' AND {which}
      AND NOT EXISTS (SELECT 1 FROM imports_batch b
                      WHERE b.id = o.batch_id AND %(field)s = ANY(b.left_out))
    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(most)s
"""
_REFUSED = _OF_ROWS.format(
    which="""o.status = 'failed' AND EXISTS (
        SELECT 1 FROM jsonb_array_elements_text(o.errors) e WHERE e ~* %(about)s)"""
)
_ACCEPTED = _OF_ROWS.format(which="o.status IN ('created', 'updated')")
_IGNORED_FIELDS = """
    SELECT slug, count(*), max(o.attempt_id)
    FROM imports_outcome o, jsonb_array_elements_text(o.ignored_custom_fields) slug
    WHERE o.import_id = %(import)s AND o.ignored_custom_fields <> '[]'
    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(most)s
"""
_ACCEPTED_FIELDS = """
    SELECT s.slug, count(*), max(o.attempt_id)
    FROM (SELECT number, attempt_id, batch_id, ignored_custom_fields FROM imports_outcome
          WHERE import_id = %(import)s AND status IN ('created', 'updated')
          ORDER BY number DESC LIMIT %(newest)s) o
    JOIN imports_lead l ON l.import_id = %(import)s AND l.mapping_id = %(mapping)s
                       AND l.number = o.number
    CROSS JOIN unnest(%(slugs)s::text[]) s (slug)
    WHERE l.body->'custom_fields' ? s.slug AND NOT o.ignored_custom_fields ? s.slug
      AND NOT EXISTS (SELECT 1 FROM imports_batch b
                      WHERE b.id = o.batch_id AND 'custom_fields.' || s.slug = ANY(b.left_out))
    GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class _Told:
    """Of one word: how many rows, and the newest request among them. Requests are in order."""

    rows: int
    attempt: int


@standing.question
def waiting() -> QuerySet[Lesson, int]:
    """Return imports of which nothing was learnt yet, and which nobody is at."""
    return _idle().order_by("pk").values_list("pk", flat=True)[:AT_MOST]


def _idle() -> QuerySet[Lesson]:
    free = Q(work_until=None) | Q(work_until__lt=Now())
    return Lesson.objects.filter(free, tries__lt=MOST_TRIES)


def note(lead_import: Import) -> None:
    """Write down that the import can be learnt from. Called as it ends."""
    if lead_import.planned_at is not None:
        Lesson.objects.get_or_create(lead_import=lead_import)


def learn(import_id: int) -> None:
    """Learn from an import, once; a worker that dies over it leaves it to another."""
    if not _idle().filter(pk=import_id).update(work_until=Now() + LEASE, tries=F("tries") + 1):
        return
    lead_import = Import.objects.select_related("customer", "mapping").get(pk=import_id)
    told = list(_told(lead_import))
    with transaction.atomic():
        if told and lead_import.finished_at is not None:
            vocabulary = words.locked(lead_import.customer, lead_import.mega_id)
            words.answered(vocabulary, lead_import, told, lead_import.finished_at)
        Lesson.objects.filter(pk=import_id).delete()


def _told(lead_import: Import) -> Iterator[Answered]:
    try:
        made = Mapping.from_json(lead_import.mapping.content) if lead_import.mapping else None
    except BadMapping:
        return
    if made is None:
        return
    targets = made.targets
    for field in _ABOUT:
        if field in targets:
            yield from _of_values(lead_import, field)
    slugs = sorted(one.removeprefix(CUSTOM) for one in targets if one.startswith(CUSTOM))
    if slugs:
        yield from _of_fields(lead_import, slugs)


def _of_values(lead_import: Import, field: str) -> Iterator[Answered]:
    """Stages or owners. An error may be about another thing after all: what MEGA took in the same
    request, or in a later one, it knows.
    """
    refused = _ask(_REFUSED, lead_import, field=field, about=_ABOUT[field])
    accepted = _ask(_ACCEPTED, lead_import, field=field)
    if len(refused) > MOST_REFUSED:
        known = words.known(lead_import.customer_id, lead_import.mega_id, KIND_OF[field])
        refused = {word: told for word, told in refused.items() if word in known}
    for word in refused.keys() | accepted.keys():
        no, yes = refused.get(word), accepted.get(word)
        is_refused = no is not None and (yes is None or yes.attempt < no.attempt)
        if fitting := words.fit(KIND_OF[field], word):
            yield Answered(KIND_OF[field], fitting, is_refused, no.rows if no else 0)


def _of_fields(lead_import: Import, slugs: list[str]) -> Iterator[Answered]:
    """Custom fields: what is named as ignored was ignored, whatever rows say."""
    ignored = _ignored_as_a_whole(lead_import) | _ask(_IGNORED_FIELDS, lead_import)
    accepted = _ask(_ACCEPTED_FIELDS, lead_import, slugs=slugs, newest=NEWEST_ROWS)
    for slug in slugs:
        no, yes = ignored.get(slug), accepted.get(slug)
        if no is None and yes is None:
            continue
        is_refused = no is not None and (yes is None or yes.attempt <= no.attempt)
        yield Answered(Word.Kind.FIELD, slug, is_refused, no.rows if no else 0)


def _ask(sql: str, lead_import: Import, **more: Any) -> dict[str, _Told]:
    asked = {"import": lead_import.pk, "mapping": lead_import.mapping_id, "most": MOST_WORDS}
    with connection.cursor() as cursor:
        cursor.execute(sql, asked | more)
        return {word: _Told(rows, attempt) for word, rows, attempt in cursor.fetchall()}


def _ignored_as_a_whole(lead_import: Import) -> dict[str, _Told]:
    """What MEGA named for a request; perhaps it does not say so for each row, too."""
    answers = Attempt.objects.filter(
        batch__lead_import=lead_import, kind=Kind.SEND, status=200, cut_off=False
    ).exclude(answer=None)
    newest = list(answers.order_by("-pk").values_list("pk", "answer")[:NEWEST_ANSWERS])
    found: dict[str, _Told] = {}
    for attempt, packed in newest:
        try:
            answer = contract.parse_bulk(zlib.decompress(packed or b""))
        except (contract.MalformedAnswer, zlib.error):
            continue
        for slug in answer.unknown_custom_fields:
            found.setdefault(slug, _Told(0, attempt))
    return found

"""Recording MEGA's answers, against a bare COPY of the same rows in as many transactions.

Both sides take turns, so that whatever else the machine does meets both alike. Ours starts from the
answer's bytes; the bare side has its records ready, and its table has the same columns and indexes.
"""

from django.db import connection, transaction

from bench import material
from bench.measure import figure, rate, stopwatch
from imports.delivery import settle
from imports.mega.contract import Answer
from imports.models import Import
from portal import garbage

BATCHES, TURN = 100, 5
_COLUMNS = (
    "import_id, number, status, lead_id, matched_by, errors, ignored_custom_fields, batch_id,"
    " attempt_id"
)
Work = list[tuple[int, Answer]]


def run(*, full: bool) -> None:
    """100 answers for 500 rows each, one after the other."""
    batches = BATCHES * 5 if full else BATCHES
    made = material.planned(material.a_customer()[0], 25 + (batches - 1) * 500)
    answers = [(one, material.answer(batch)) for batch, one in material.taken(made)]
    assert len(answers) == batches
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_outcome (LIKE imports_outcome INCLUDING ALL)")
    garbage.keep_what_is_loaded()  # as a worker does when it is ready (`imports.tasks`)
    ours = bare = 0.0
    for start in range(0, batches, TURN):
        turn = answers[start : start + TURN]
        ours += _our_seconds(turn)
        bare += _bare_seconds([_stored(made, attempt_id) for attempt_id, _ in turn])
    rows = made.outcomes.count()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bare_outcome")
    figure(
        "settle",
        batches=batches,
        rows=rows,
        rows_per_second=rate(rows, ours),
        batches_per_second=round(batches / ours, 1),
        bare_copy_rows_per_second=rate(rows, bare),
        share_of_bare_copy=round(bare / ours, 2),
    )


def _our_seconds(answers: Work) -> float:
    with stopwatch() as watch:
        for attempt_id, reply in answers:
            settle.record(attempt_id, reply)
    return watch.seconds


def _stored(made: Import, attempt_id: int) -> list[tuple[object, ...]]:
    """Read back what was stored of an answer, the JSON as text."""
    columns = _COLUMNS.replace("errors", "errors::text").replace("fields", "fields::text")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM imports_outcome WHERE import_id = %s AND attempt_id = %s",
            [made.pk, attempt_id],
        )
        return cursor.fetchall()


def _bare_seconds(parts: list[list[tuple[object, ...]]]) -> float:
    with stopwatch() as watch:
        for part in parts:
            with transaction.atomic(), connection.cursor() as cursor:  # noqa: SIM117
                with cursor.copy(f"COPY bare_outcome ({_COLUMNS}) FROM STDIN") as copy:
                    for record in part:
                        copy.write_row(record)
    return watch.seconds

"""Recording MEGA's answers, against a bare COPY of the same rows in as many transactions."""

from django.db import connection, transaction

from bench import material
from bench.measure import figure, rate, stopwatch
from imports.delivery import settle
from imports.models import Outcome

BATCHES = 100
_COLUMNS = (
    "import_id",
    "number",
    "status",
    "lead_id",
    "matched_by",
    "errors",
    "ignored_custom_fields",
    "batch_id",
    "attempt_id",
)


def run(*, full: bool) -> None:
    """100 answers for 500 rows each, one after the other."""
    batches = BATCHES * 5 if full else BATCHES
    made = material.planned(material.a_customer()[0], 25 + (batches - 1) * 500)
    answers = [(one, material.answer(batch)) for batch, one in material.taken(made)]
    assert len(answers) == batches
    with stopwatch() as ours:
        for attempt_id, reply in answers:
            settle.record(attempt_id, reply)
    outcomes = list(
        Outcome.objects.filter(lead_import=made).order_by("number").values_list(*_values())
    )
    bare = _bare_seconds(outcomes, batches)
    figure(
        "settle",
        batches=batches,
        rows=len(outcomes),
        rows_per_second=rate(len(outcomes), ours.seconds),
        batches_per_second=round(batches / ours.seconds, 1),
        bare_copy_rows_per_second=rate(len(outcomes), bare),
        share_of_bare_copy=round(bare / ours.seconds, 2),
    )


def _values() -> list[str]:
    """Name the columns for Django, the JSON ones as text."""
    return [name if name != "import_id" else "lead_import_id" for name in _COLUMNS]


def _bare_seconds(outcomes: list[tuple[object, ...]], transactions: int) -> float:
    size = -(-len(outcomes) // transactions)
    sql = f"COPY bare_outcome ({', '.join(_COLUMNS)}) FROM STDIN"
    records = [(*row[:5], "[]", "[]", *row[7:]) for row in outcomes]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_outcome (LIKE imports_outcome INCLUDING ALL)")
        with stopwatch() as watch:
            for start in range(0, len(records), size):
                with transaction.atomic(), cursor.copy(sql) as copy:
                    for record in records[start : start + size]:
                        copy.write_row(record)
        cursor.execute("DROP TABLE bare_outcome")
    return watch.seconds

"""What triggers forbid, for tests that make a state of affairs instead of living through it."""

from contextlib import contextmanager

from django.db import connection, transaction

TRIGGERS = {
    "imports_import": ["import_as_planned"],
    "imports_lead": ["lead_frozen", "lead_kept", "verdict_frozen", "lead_in_time"],
    "imports_mappingversion": ["mapping_as_made", "mapping_in_time"],
    "imports_row": ["row_kept"],
}


def _turn(cursor, how):
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table changes while checks of it wait
    for table, triggers in TRIGGERS.items():
        for trigger in triggers:
            cursor.execute(f"ALTER TABLE {table} {how} TRIGGER {trigger}")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def thawed():
    """Let what is planned be changed."""
    with transaction.atomic(), connection.cursor() as cursor:
        _turn(cursor, "DISABLE")
        yield
        _turn(cursor, "ENABLE")

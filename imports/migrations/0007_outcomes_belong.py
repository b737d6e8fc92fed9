"""Outcomes belong to a row of their batch: checked once for each statement, not for each row."""

import django.db.models.deletion
from django.db import migrations, models

BELONG = """
CREATE FUNCTION imports_outcome_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- As a foreign key would: what is referred to stays until this transaction ends.
    PERFORM 1
    FROM (
        SELECT import_id, batch_id, attempt_id, min(number) AS low, max(number) AS high
        FROM fresh GROUP BY 1, 2, 3
    ) f
    LEFT JOIN LATERAL (
        SELECT true AS is_there
        FROM imports_attempt a
        JOIN imports_batch b ON b.id = a.batch_id
        JOIN imports_import i ON i.id = b.import_id
        WHERE a.id = f.attempt_id AND b.id = f.batch_id AND i.id = f.import_id
          AND f.low >= b.row_numbers[1] AND f.high <= b.row_numbers[b.rows]
        FOR KEY SHARE
    ) whole ON true
    WHERE whole.is_there IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'An outcome belongs to an attempt, its batch, its import, and the rows of that.'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER outcome_belongs AFTER INSERT ON imports_outcome
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION imports_outcome_belongs();
CREATE TRIGGER outcome_still_belongs AFTER UPDATE ON imports_outcome
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION imports_outcome_belongs();

-- Deferred, as Django's foreign keys are: within a transaction either may go first.
CREATE FUNCTION imports_outcome_refers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (CASE TG_TABLE_NAME
        WHEN 'imports_import' THEN EXISTS (
            SELECT 1 FROM imports_outcome WHERE import_id = OLD.id)
        WHEN 'imports_batch' THEN EXISTS (
            SELECT 1 FROM imports_outcome WHERE batch_id = OLD.id)
        ELSE EXISTS (
            SELECT 1 FROM imports_outcome
            WHERE batch_id = (to_jsonb(OLD) ->> 'batch_id')::bigint AND attempt_id = OLD.id)
    END) THEN
        RAISE EXCEPTION 'Outcomes refer to row % of %.', OLD.id, TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
"""

KEPT = """
CREATE CONSTRAINT TRIGGER {table}_with_outcomes_stays AFTER DELETE ON imports_{table}
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION imports_outcome_refers();
CREATE CONSTRAINT TRIGGER {table}_with_outcomes_same AFTER UPDATE ON imports_{table}
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION imports_outcome_refers();
"""
CHANGED = {
    "import": "OLD.id <> NEW.id",
    "batch": "OLD.id <> NEW.id OR OLD.import_id IS DISTINCT FROM NEW.import_id "
    "OR OLD.row_numbers <> NEW.row_numbers",
    "attempt": "OLD.id <> NEW.id OR OLD.batch_id <> NEW.batch_id",
}

UNDO = """
DROP FUNCTION imports_outcome_belongs() CASCADE;
DROP FUNCTION imports_outcome_refers() CASCADE;
"""


def _key(to, **more):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, to=to, db_constraint=False, **more
    )


class Migration(migrations.Migration):

    dependencies = [("imports", "0006_before_images")]

    operations = [
        migrations.AlterField(
            model_name="outcome",
            name="attempt",
            field=_key("imports.attempt", related_name="+", db_index=False),
        ),
        migrations.AlterField(
            model_name="outcome",
            name="batch",
            field=_key("imports.batch", related_name="outcomes"),
        ),
        migrations.AlterField(
            model_name="outcome",
            name="lead_import",
            field=models.ForeignKey(
                db_column="import_id",
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="outcomes",
                to="imports.import",
            ),
        ),
        migrations.RunSQL(
            BELONG + "".join(KEPT.format(table=t, changed=c) for t, c in CHANGED.items()), UNDO
        ),
        # Both are zlib already; PostgreSQL need not try to make them smaller each time.
        migrations.RunSQL(
            """
            ALTER TABLE imports_attempt ALTER answer SET STORAGE EXTERNAL;
            ALTER TABLE imports_batch ALTER body SET STORAGE EXTERNAL;
            """,
            """
            ALTER TABLE imports_attempt ALTER answer SET STORAGE EXTENDED;
            ALTER TABLE imports_batch ALTER body SET STORAGE EXTENDED;
            """,
        ),
    ]

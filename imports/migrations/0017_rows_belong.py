"""Rows belong to an import: checked once for each statement, not for each of a million rows.

A foreign key takes as long as storing the rows does.
"""

import django.db.models.deletion
from django.db import migrations, models

BELONG = """
CREATE FUNCTION imports_row_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- As a foreign key would: the import stays until this transaction ends.
    PERFORM 1
    FROM (SELECT DISTINCT import_id FROM fresh) f
    LEFT JOIN LATERAL (
        SELECT true AS is_there FROM imports_import i WHERE i.id = f.import_id FOR KEY SHARE
    ) whole ON true
    WHERE whole.is_there IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'A row belongs to an import.' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER row_belongs AFTER INSERT ON imports_row
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION imports_row_belongs();
CREATE TRIGGER row_still_belongs AFTER UPDATE ON imports_row
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION imports_row_belongs();

-- Deferred, as Django's foreign keys are: within a transaction either may go first.
CREATE FUNCTION imports_row_refers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM imports_row WHERE import_id = OLD.id) THEN
        RAISE EXCEPTION 'Rows refer to import %.', OLD.id
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER import_with_rows_stays AFTER DELETE ON imports_import
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION imports_row_refers();
CREATE CONSTRAINT TRIGGER import_with_rows_same AFTER UPDATE ON imports_import
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION imports_row_refers();
"""

UNDO = """
DROP FUNCTION imports_row_belongs() CASCADE;
DROP FUNCTION imports_row_refers() CASCADE;
"""


class Migration(migrations.Migration):

    dependencies = [("imports", "0016_lighter_settling")]

    operations = [
        migrations.AlterField(
            model_name="row",
            name="lead_import",
            field=models.ForeignKey(
                db_column="import_id",
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rows",
                to="imports.import",
            ),
        ),
        migrations.RunSQL(BELONG, UNDO),
    ]

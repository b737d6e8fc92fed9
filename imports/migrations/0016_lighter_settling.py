"""Settling writes less: fewer indexes on batches, and outcomes are checked by two primary keys."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

# In the WHERE clause the import and the batch led the planner to indexes of theirs while it knew
# nothing of the tables: for each answer all batches of an import were read. What is only compared
# stands in the SELECT list. The import needs no lock of its own, which many workers would share:
# neither can a batch go to another import, or go, while it is locked, nor an import without it.
BELONG = """
CREATE OR REPLACE FUNCTION imports_outcome_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- As a foreign key would: what is referred to stays until this transaction ends.
    PERFORM 1
    FROM (
        SELECT import_id, batch_id, attempt_id, min(number) AS low, max(number) AS high
        FROM fresh GROUP BY 1, 2, 3
    ) f
    LEFT JOIN LATERAL (
        SELECT b.id = f.batch_id AND b.import_id = f.import_id
               AND f.low >= b.row_numbers[1] AND f.high <= b.row_numbers[b.rows] AS belongs
        FROM imports_attempt a
        JOIN imports_batch b ON b.id = a.batch_id
        WHERE a.id = f.attempt_id
        FOR KEY SHARE OF a FOR SHARE OF b
    ) whole ON true
    WHERE whole.belongs IS NOT TRUE;
    IF FOUND THEN
        RAISE EXCEPTION 'An outcome belongs to an attempt, its batch, its import, and the rows of that.'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
"""
BEFORE = import_module("imports.migrations.0007_outcomes_belong").BELONG
AS_BEFORE = BEFORE[: BEFORE.index("CREATE TRIGGER")].replace("CREATE", "CREATE OR REPLACE", 1)


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0015_process_since'),
    ]

    operations = [
        migrations.AlterField(
            model_name='batch',
            name='dry_run',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='batches', to='imports.dryrun'),
        ),
        migrations.AlterField(
            model_name='batch',
            name='lead_import',
            field=models.ForeignKey(db_column='import_id', db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='batches', to='imports.import'),
        ),
        migrations.AlterField(
            model_name='batch',
            name='parent',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='halves', to='imports.batch'),
        ),
        migrations.AlterField(
            model_name='batch',
            name='token',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='imports.token'),
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(condition=models.Q(('dry_run__isnull', False)), fields=['dry_run'], name='batch_of_dry_run'),
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(condition=models.Q(('parent__isnull', False)), fields=['parent'], name='batch_of_parent'),
        ),
        migrations.RunSQL(BELONG, AS_BEFORE),
    ]

"""What the guards of delivery go by: names alone, what was answered so far, refused values."""

import django.db.models.deletion
from django.db import migrations, models

# What is under way was planned before these columns were there.
NAMES_ALONE = """
    UPDATE imports_batch b SET matchless = true
    FROM imports_import i
    WHERE i.id = b.import_id AND b.kind = 'send'
      AND b.state IN ('waiting', 'claimed', 'sending', 'unknown', 'decision')
      AND EXISTS (SELECT 1 FROM imports_lead l
                  WHERE l.import_id = i.id AND l.mapping_id = i.mapping_id
                    AND l.number = ANY(b.row_numbers)
                    AND NOT l.body ? 'contact_email' AND NOT l.body ? 'contact_phone')
"""
ANSWERED = """
    UPDATE imports_batch b SET answered = o.answered, failed = o.failed, updated = o.updated
    FROM (SELECT o.batch_id, count(*) AS answered,
                 count(*) FILTER (WHERE o.status = 'failed') AS failed,
                 count(*) FILTER (WHERE o.status = 'updated') AS updated
          FROM imports_outcome o JOIN imports_import i ON i.id = o.import_id
          WHERE i.finished_at IS NULL GROUP BY o.batch_id) o
    WHERE o.batch_id = b.id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0007_outcomes_belong'),
    ]

    operations = [
        migrations.AddField(
            model_name='batch',
            name='answered',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='batch',
            name='failed',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='batch',
            name='foreseen',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='batch',
            name='matchless',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='batch',
            name='sifted_to',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='batch',
            name='updated',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='import',
            name='preview',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='imports.dryrun'),
        ),
        migrations.CreateModel(
            name='RefusedValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(max_length=80)),
                ('value', models.TextField()),
                ('number', models.PositiveIntegerField()),
                ('message', models.TextField()),
                ('attempt', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='imports.attempt')),
                ('lead_import', models.ForeignKey(db_column='import_id', on_delete=django.db.models.deletion.CASCADE, related_name='refused_values', to='imports.import')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('lead_import', 'field', 'value'), name='refused_value_once')],
            },
        ),
        migrations.RunSQL(NAMES_ALONE, migrations.RunSQL.noop),
        migrations.RunSQL(ANSWERED, migrations.RunSQL.noop),
    ]

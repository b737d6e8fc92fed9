"""Answers of reading requests, and the parts of answers that broke off, are kept, too."""

import django.db.models.deletion
from django.db import migrations, models

# A reading request belongs to its import, also once its reading is forgotten. What is set here is
# checked at once: the table is altered afterwards.
OF_IMPORT = """
    UPDATE imports_readattempt a SET import_id = r.import_id
    FROM imports_beforeread r WHERE r.id = a.read_id;
    SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0010_notices_told'),
    ]

    operations = [
        migrations.AddField(
            model_name='attempt',
            name='cut_off',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='readattempt',
            name='answer',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='readattempt',
            name='answer_sha256',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='readattempt',
            name='cut_off',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='readattempt',
            name='asked',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='readattempt',
            name='lead_import',
            field=models.ForeignKey(db_column='import_id', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='read_attempts', to='imports.import'),
        ),
        migrations.AlterField(
            model_name='readattempt',
            name='read',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='attempts', to='imports.beforeread'),
        ),
        migrations.RunSQL(OF_IMPORT, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='readattempt',
            name='lead_import',
            field=models.ForeignKey(db_column='import_id', on_delete=django.db.models.deletion.CASCADE, related_name='read_attempts', to='imports.import'),
        ),
    ]

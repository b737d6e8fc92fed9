"""A process of the former release that still runs does not name these columns when it writes."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0021_names_as_seen'),
    ]

    operations = [
        migrations.AlterField(
            model_name='import',
            name='layout',
            field=models.CharField(blank=True, db_default='', default='', max_length=32),
        ),
        migrations.AlterField(
            model_name='readattempt',
            name='asked',
            field=models.JSONField(db_default={}, default=dict),
        ),
    ]

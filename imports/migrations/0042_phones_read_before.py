"""A mapping says by which region phones are read, and which one before it read them the same way."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0041_leads_by_key'),
    ]

    operations = [
        migrations.AddField(
            model_name='mappingversion',
            name='phones_from',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='imports.mappingversion'),
        ),
        migrations.AddField(
            model_name='mappingversion',
            name='region',
            field=models.CharField(blank=True, db_default='', default='', max_length=2),
        ),
    ]

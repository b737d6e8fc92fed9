"""Leads that a decision changed are found by an index of their own: judging one row begins there."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False  # the portal goes on working while an index is built concurrently

    dependencies = [
        ('imports', '0036_guard'),
    ]

    operations = [
        # One that was cut off leaves an index that is not used, and would be in the way.
        migrations.RunSQL('DROP INDEX CONCURRENTLY IF EXISTS lead_changed', migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name='lead',
            index=models.Index(condition=models.Q(('checked__isnull', False)), fields=['mapping', 'number'], name='lead_changed'),
        ),
    ]

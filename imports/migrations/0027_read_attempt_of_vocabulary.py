"""Requests that read a customer's words are found by whose words they read, when old ones go."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the portal goes on sending while an index is built concurrently

    dependencies = [
        ('imports', '0026_lessons'),
    ]

    operations = [
        # One that was cut off leaves an index that is not used, and would be in the way.
        migrations.RunSQL(
            'DROP INDEX CONCURRENTLY IF EXISTS read_attempt_of_vocabulary', migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            model_name='readattempt',
            index=models.Index(condition=models.Q(('vocabulary__isnull', False)), fields=['vocabulary', 'started_at'], name='read_attempt_of_vocabulary'),
        ),
    ]

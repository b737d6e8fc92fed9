"""Which columns of an import are sensitive, and which of them a manager chose to keep."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0019_came_back'),
    ]

    operations = [
        migrations.AddField(
            model_name='import',
            name='sensitive',
            field=models.JSONField(db_default=[], default=list),
        ),
    ]

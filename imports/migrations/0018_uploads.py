"""Files without a customer yet, what was uploaded together, and the layouts of earlier imports."""

import django.contrib.postgres.fields
import django.db.models.deletion
import imports.models.imports
from django.conf import settings
from django.db import migrations, models

from imports.intake.layout import fingerprint


SLICE = 1_000


def find_layouts(apps, _schema_editor):
    """Earlier imports are what a new file's columns are compared with."""
    imports = apps.get_model("imports", "Import").objects.exclude(headers=[]).order_by("pk")
    last = 0
    while found := list(imports.filter(pk__gt=last).only("pk", "headers")[:SLICE]):
        for one in found:
            one.layout = fingerprint(one.headers)
        imports.model.objects.bulk_update(found, ["layout"])
        last = found[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0017_rows_belong'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('together', models.UUIDField(db_index=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('file', models.FileField(upload_to=imports.models.imports.upload_path)),
                ('file_name', models.CharField(max_length=255)),
                ('file_size', models.BigIntegerField()),
                ('file_sha256', models.CharField(max_length=64)),
                ('headers', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('layout', models.CharField(blank=True, max_length=32)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='import',
            name='layout',
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddField(
            model_name='import',
            name='together',
            field=models.UUIDField(null=True),
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(condition=models.Q(('layout', ''), _negated=True), fields=['layout', '-id'], name='import_by_layout'),
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(condition=models.Q(('together__isnull', False)), fields=['together'], name='import_together'),
        ),
        migrations.AddField(
            model_name='draft',
            name='asked_for',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='imports.customer'),
        ),
        migrations.AddField(
            model_name='draft',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunPython(find_layouts, migrations.RunPython.noop, elidable=True),
    ]

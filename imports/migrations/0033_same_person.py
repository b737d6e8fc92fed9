"""Rows of one person: groups to decide about, leads that a decision changed, choices of commands."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


FROZEN = """
CREATE TRIGGER lead_as_checked_frozen BEFORE UPDATE OF checked ON imports_lead
    FOR EACH ROW EXECUTE FUNCTION imports_refuse_frozen();
CREATE TRIGGER gathering_frozen BEFORE INSERT OR UPDATE OR DELETE ON imports_gathering
    FOR EACH ROW EXECUTE FUNCTION imports_refuse_frozen();
CREATE TRIGGER import_choices_as_planned BEFORE UPDATE OF melting, name_only ON imports_import
    FOR EACH ROW WHEN ((OLD.melting, OLD.name_only) IS DISTINCT FROM (NEW.melting, NEW.name_only))
    EXECUTE FUNCTION imports_import_as_planned();
"""
UNDO = """
DROP TRIGGER import_choices_as_planned ON imports_import;
DROP TRIGGER gathering_frozen ON imports_gathering;
DROP TRIGGER lead_as_checked_frozen ON imports_lead;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0032_repairs'),
    ]

    operations = [
        migrations.AddField(
            model_name='import',
            name='melting',
            field=models.CharField(choices=[('hold', 'Keep them back'), ('leave_out', 'Send them without the shared e-mail or phone'), ('send', 'Send them as they are: it is meant so')], db_default='hold', default='hold', max_length=9),
        ),
        migrations.AddField(
            model_name='import',
            name='name_only',
            field=models.CharField(choices=[('hold', 'Keep them back'), ('send', 'Send them')], db_default='hold', default='hold', max_length=4),
        ),
        migrations.AddField(
            model_name='lead',
            name='checked',
            field=models.JSONField(null=True),
        ),
        migrations.AlterField(
            model_name='import',
            name='duplicates',
            field=models.CharField(choices=[('all', 'Send all, in the order of the sheet'), ('first', 'Send only the first'), ('last', 'Send only the last'), ('hold', 'Send none of them'), ('ask', 'Send the first of identical ones; ask about the others')], default='all', max_length=5),
        ),
        migrations.CreateModel(
            name='Gathering',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('about', models.CharField(max_length=20)),
                ('kind', models.CharField(choices=[('e', 'E-mail'), ('p', 'Phone'), ('t', 'E-mail and phone'), ('d', 'Person')], max_length=1)),
                ('first', models.PositiveIntegerField()),
                ('size', models.PositiveIntegerField()),
                ('rows', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                ('people', models.PositiveIntegerField(default=1)),
                ('names', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('before', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('choice', models.CharField(default='', max_length=11)),
                ('may_merge', models.BooleanField(default=False)),
                ('act', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='imports.reviewact')),
                ('lead_import', models.ForeignKey(db_column='import_id', db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='gatherings', to='imports.import')),
            ],
            options={
                'ordering': ['-size', 'first', 'id'],
                'indexes': [models.Index(fields=['lead_import', 'about', '-size', 'first', 'id'], name='gathering_by_size')],
                'constraints': [models.UniqueConstraint(fields=('lead_import', 'kind', 'first'), name='gathering_once')],
            },
        ),
        migrations.RunSQL(FROZEN, UNDO),
    ]

"""Which fields an update may overwrite, and which ones a request's leads went without.

The choice is frozen from planning on, as all that decides over the bytes. What a command or a former
release began goes as it was meant then; what a person still looks at gets the usual rules.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

import imports.models.imports

TRIGGER = """
CREATE TRIGGER overwriting_as_planned BEFORE UPDATE OF only_new, never, unforeseen ON imports_import
    FOR EACH ROW WHEN ((OLD.only_new, OLD.never, OLD.unforeseen)
                       IS DISTINCT FROM (NEW.only_new, NEW.never, NEW.unforeseen))
    EXECUTE FUNCTION imports_import_as_planned();
"""
USUAL = """
UPDATE imports_import SET only_new = '{owner_id,stage_slug,source_platform,source_type}'
WHERE state IN ('uploaded', 'reading', 'mapping', 'checking', 'review') AND once_checked = ''
  AND origin <> 'repair'
"""
_FIELDS = {"base_field": models.CharField(max_length=80), "blank": True, "db_default": []}


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0039_schedule'),
    ]

    operations = [
        migrations.AddField(
            model_name='batch',
            name='left_out',
            field=django.contrib.postgres.fields.ArrayField(default=list, size=None, **_FIELDS),
        ),
        migrations.AddField(
            model_name='import',
            name='never',
            field=django.contrib.postgres.fields.ArrayField(default=list, size=None, **_FIELDS),
        ),
        migrations.AddField(
            model_name='import',
            name='only_new',
            field=django.contrib.postgres.fields.ArrayField(
                default=imports.models.imports.usually_only_new, size=None, **_FIELDS
            ),
        ),
        migrations.AddField(
            model_name='import',
            name='unforeseen',
            field=models.CharField(blank=True, choices=[('', 'Nobody has said'), ('leave_out', 'Send every row without these fields'), ('overwrite', 'Send them with every row: they overwrite those of existing leads, too')], db_default='', default='', max_length=9),
        ),
        migrations.RunSQL(USUAL, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGER, 'DROP TRIGGER overwriting_as_planned ON imports_import'),
    ]

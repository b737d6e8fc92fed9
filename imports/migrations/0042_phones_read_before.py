"""A mapping says by which region phones are read, and which one before it read them the same way; a
chunk says which release read it.
"""

import django.db.models.deletion
from django.db import migrations, models

FROZEN = """
CREATE TRIGGER reading_as_made BEFORE UPDATE OF region, phones_from_id ON imports_mappingversion
    FOR EACH ROW WHEN ((OLD.region, OLD.phones_from_id)
                       IS DISTINCT FROM (NEW.region, NEW.phones_from_id))
    EXECUTE FUNCTION imports_mapping_as_made();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0041_leads_by_key'),
    ]

    operations = [
        migrations.AddField(
            model_name='chunk',
            name='read_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
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
        migrations.RunSQL(FROZEN, 'DROP TRIGGER reading_as_made ON imports_mappingversion'),
    ]

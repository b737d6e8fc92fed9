from django.db import migrations, models

from portal.names import Seen, tell_twins_apart


def number_twins(apps, _editor):
    tell_twins_apart(apps.get_model("portal", "Team").objects)


class Migration(migrations.Migration):
    """Two teams whose names look the same are refused from now on; those there are get a number."""

    dependencies = [("portal", "0001_initial")]

    operations = [
        migrations.RunPython(number_twins, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.UniqueConstraint(
                Seen("name"),
                name="team_name_once_seen",
                violation_error_message="There is a team whose name looks the same.",
            ),
        ),
    ]

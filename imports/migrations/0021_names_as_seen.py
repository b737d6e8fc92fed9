from django.db import migrations, models

from portal.names import Seen, tell_twins_apart


def number_twins(apps, _editor):
    tell_twins_apart(apps.get_model("imports", "Customer").objects, "team_id")


class Migration(migrations.Migration):
    """Two customers of a team whose names look the same are refused; those there are get a number."""

    dependencies = [("imports", "0020_sensitive_columns"), ("portal", "0002_team_names_as_seen")]

    operations = [
        migrations.RunPython(number_twins, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="customer", name="customer_name_once"),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.UniqueConstraint(
                models.F("team"),
                Seen("name"),
                name="customer_name_once_seen",
                violation_error_message=(
                    "The team already has a customer whose name looks the same; choose another."
                ),
            ),
        ),
    ]

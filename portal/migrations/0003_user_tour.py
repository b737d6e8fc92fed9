from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether a person wants the tour. The default of the database is for the former release."""

    dependencies = [("portal", "0002_team_names_as_seen")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="tour",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "Offered until the first import"),
                    ("on", "Shown"),
                    ("off", "Not wanted any more"),
                ],
                db_default="",
                default="",
                editable=False,
                max_length=3,
            ),
        ),
    ]

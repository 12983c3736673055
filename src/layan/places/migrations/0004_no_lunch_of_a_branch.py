"""The rules of 0003 take the place of these; apart, since PostgreSQL changes no table with rows still to be checked."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("places", "0003_lunch_rules")]

    operations = [
        migrations.RemoveField(model_name="branch", name="lunch_starts"),
        migrations.RemoveField(model_name="branch", name="lunch_ends"),
        migrations.RemoveField(model_name="branch", name="lunch_counters"),
    ]

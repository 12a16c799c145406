"""Prices for one service tier only."""

from __future__ import annotations

from django.db import migrations, models

from pricing import triggers


class Migration(migrations.Migration):
    dependencies = [("pricing", "0002_triggers")]

    operations = [
        migrations.AddField(
            model_name="modelprice",
            name="service_tier",
            field=models.CharField(
                blank=True,
                help_text="Only for requests that the provider says it served so, e.g. `priority` or `flex`. Empty: for all others.",
                max_length=32,
            ),
        ),
        # SQLite remakes the table for a new column and forgets its triggers.
        migrations.RunPython(triggers.install, migrations.RunPython.noop),
    ]

"""The order that a saved view shows its requests in."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0025_alert_secrets"),
    ]

    operations = [
        migrations.AddField(
            model_name="savedview",
            name="order",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Empty: the newest first.",
                max_length=32,
            ),
        ),
    ]

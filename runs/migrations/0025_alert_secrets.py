"""What the webhook of an alert is signed with, apart from the alert."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0024_alerts"),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertSecret",
            fields=[
                ("alert", models.BigIntegerField(primary_key=True, serialize=False)),
                ("secret", models.CharField(max_length=200)),
            ],
        ),
    ]

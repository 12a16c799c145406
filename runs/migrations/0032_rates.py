"""Rates of captured costs, so that many requests are added up without their details.

A column that may be null is added in no time; `weir rollups rebuild` fills it.
"""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0031_run_sums")]

    operations = [
        migrations.AddField(
            model_name="requestdetail",
            name="rates",
            field=models.TextField(help_text="Of its quote: runs/detail/rates.py. Null: not told yet.", null=True),
        ),
    ]

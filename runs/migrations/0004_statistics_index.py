"""The index that SQLite reads a run's statistics from (see runs/measure/index.py)."""

from __future__ import annotations

from django.db import migrations

from runs.measure.index import install, remove


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0003_turns'),
    ]

    operations = [
        migrations.RunPython(install, remove),
    ]

"""An index for attribution: spans that have not ended long ago."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0004_statistics_index")]

    operations = [
        migrations.AddIndex(
            model_name="runspan",
            index=models.Index(fields=["ended_at"], name="run_span_by_end"),
        ),
    ]

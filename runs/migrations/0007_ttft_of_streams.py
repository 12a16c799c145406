"""TTFT is of streams; older versions took an unstreamed answer's first byte for it."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def clear(apps: Any, schema_editor: Any) -> None:
    requests = apps.get_model("runs", "CapturedRequest").objects
    every = requests.using(schema_editor.connection.alias)
    every.filter(is_stream=False, ttft_ms__isnull=False).update(ttft_ms=None)


class Migration(migrations.Migration):
    dependencies = [("runs", "0006_billed_without_cost")]

    operations = [
        migrations.AlterField(
            model_name="capturedrequest",
            name="ttft_ms",
            field=models.FloatField(
                null=True, help_text="First generated content; streams only."
            ),
        ),
        migrations.RunPython(clear, migrations.RunPython.noop),
    ]

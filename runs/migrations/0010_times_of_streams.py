"""TTFO beside TTFT, and output tokens per second by one formula for all rows.

Older versions divided all output tokens by the time behind TTFT, or, untold, by the
whole duration where an answer had few chunks or wasn't streamed.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import Case, F, FloatField, Value, When

from runs.measure.index import install, remove


def one_formula(apps: Any, schema_editor: Any) -> None:
    requests = apps.get_model("runs", "CapturedRequest").objects
    told = requests.using(schema_editor.connection.alias).filter(
        output_tokens_per_s__isnull=False
    )
    generating = F("duration_ms") - F("ttft_ms")
    rate = (F("output_tokens") - Value(1.0)) * Value(1000.0) / generating
    streamed = When(
        is_stream=True, output_tokens__gt=1, duration_ms__gt=F("ttft_ms"), then=rate
    )
    told.update(
        output_tokens_per_s=Case(streamed, default=None, output_field=FloatField())
    )


class Migration(migrations.Migration):
    dependencies = [("runs", "0009_asked_and_secrets")]

    operations = [
        migrations.AddField(
            model_name="capturedrequest",
            name="ttfo_ms",
            field=models.FloatField(
                null=True, help_text="First generated content that isn't reasoning."
            ),
        ),
        migrations.AlterField(
            model_name="capturedrequest",
            name="duration_ms",
            field=models.FloatField(
                null=True,
                help_text="To the terminal event of a stream, else the last byte.",
            ),
        ),
        migrations.AlterField(
            model_name="capturedrequest",
            name="output_tokens_per_s",
            field=models.FloatField(
                null=True, help_text="Of a stream, behind its first token."
            ),
        ),
        migrations.RunPython(one_formula, migrations.RunPython.noop),
        # Backwards without it: `install` is of today, and the column is gone by then.
        migrations.RunPython(remove, migrations.RunPython.noop),
        migrations.RunPython(install, remove),
    ]

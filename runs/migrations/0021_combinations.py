"""Which values of the filters have met so far."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

COLUMNS = (
    *("provider", "model", "route", "endpoint", "status", "status_class", "outcome"),
    *("is_stream", "is_success", "has_tool_calls", "has_images"),
)
MOST = 5000


def fill(apps: Any, schema_editor: Any) -> None:
    names = ", ".join(COLUMNS)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO runs_combination ({names})"
            f" SELECT DISTINCT {names} FROM runs_capturedrequest LIMIT {MOST}"
        )


class Migration(migrations.Migration):
    dependencies = [("runs", "0020_filter_language")]

    operations = [
        migrations.CreateModel(
            name="Combination",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("provider", models.CharField(blank=True, max_length=255)),
                ("model", models.CharField(blank=True, max_length=255)),
                ("route", models.CharField(blank=True, max_length=255)),
                ("endpoint", models.CharField(max_length=255)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("status_class", models.PositiveSmallIntegerField(null=True)),
                ("outcome", models.CharField(max_length=16)),
                ("is_stream", models.BooleanField()),
                ("is_success", models.BooleanField(null=True)),
                ("has_tool_calls", models.BooleanField()),
                ("has_images", models.BooleanField()),
            ],
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

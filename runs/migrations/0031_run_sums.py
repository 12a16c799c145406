"""What each run came to, kept by triggers, and an index of its durations: a list of
runs reads no request."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from runs.measure import index
from runs.models import run_sum


def keep(apps: Any, schema_editor: Any) -> None:
    index.install(apps, schema_editor)
    run_sum.install(schema_editor.connection)
    run_sum.fill(schema_editor.connection, index.MARK)


def forget(apps: Any, schema_editor: Any) -> None:
    run_sum.remove(schema_editor.connection)
    schema_editor.execute(f"DROP INDEX IF EXISTS {index.DURATIONS}", params=None)


class Migration(migrations.Migration):
    dependencies = [("runs", "0030_run_stamps")]

    operations = [
        migrations.CreateModel(
            name="RunSum",
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
                (
                    "run_id",
                    models.BigIntegerField(db_index=True, help_text="No foreign key."),
                ),
                ("requests", models.BigIntegerField()),
                ("errors", models.BigIntegerField()),
                ("pending", models.BigIntegerField()),
                (
                    "timed",
                    models.BigIntegerField(
                        help_text="Successes whose duration is known."
                    ),
                ),
                (
                    "with_tokens",
                    models.BigIntegerField(help_text="Requests that reported any."),
                ),
                ("total_tokens", models.DecimalField(decimal_places=0, max_digits=40)),
                (
                    "priced",
                    models.BigIntegerField(help_text="Requests whose cost is known."),
                ),
                (
                    "unpriced",
                    models.BigIntegerField(
                        help_text="Billed, and the cost is not known."
                    ),
                ),
                (
                    "cost_whole",
                    models.DecimalField(
                        decimal_places=0,
                        help_text="Whole dollars of each cost.",
                        max_digits=40,
                    ),
                ),
                (
                    "cost_rest",
                    models.DecimalField(
                        decimal_places=0,
                        help_text="What they leave, in 1e-12 USD.",
                        max_digits=40,
                    ),
                ),
                ("duration_us", models.DecimalField(decimal_places=0, max_digits=40)),
            ],
        ),
        migrations.RunPython(keep, forget),
    ]

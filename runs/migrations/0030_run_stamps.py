"""A stamp for each run, so that its figures can be kept until one of its requests
changes."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from runs.models import run_stamp


def keep(apps: Any, schema_editor: Any) -> None:
    run_stamp.install(schema_editor.connection)
    run_stamp.fill(schema_editor.connection)


def forget(apps: Any, schema_editor: Any) -> None:
    run_stamp.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("runs", "0029_words_in_order")]

    operations = [
        migrations.CreateModel(
            name="RunStamp",
            fields=[
                (
                    "run_id",
                    models.BigIntegerField(primary_key=True, serialize=False, help_text="No foreign key."),
                ),
                ("stamp", models.BigIntegerField()),
            ],
        ),
        migrations.RunPython(keep, forget),
    ]

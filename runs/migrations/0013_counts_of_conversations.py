"""How many requests and turns a conversation has is kept on it."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from runs.models import counting


def keep(apps: Any, schema_editor: Any) -> None:
    # In this order: PostgreSQL lets nobody write between the two.
    counting.install(schema_editor.connection)
    counting.fill(schema_editor.connection)


def forget(apps: Any, schema_editor: Any) -> None:
    counting.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("runs", "0012_experiments")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="request_count",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="conversation",
            name="turn_count",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.RunPython(keep, forget),
    ]

"""Triggers that do the same without a function: requests are added in less time."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from runs.models import run_stamp, run_sum


def renew(apps: Any, schema_editor: Any) -> None:
    """Of SQLite; the rows that they have written stay."""
    connection = schema_editor.connection
    if connection.vendor == "sqlite":
        run_stamp.remove(connection)
        run_stamp.install(connection)
        run_sum.remove(connection)
        run_sum.install(connection)


class Migration(migrations.Migration):
    dependencies = [("runs", "0032_rates")]

    operations = [migrations.RunPython(renew, migrations.RunPython.noop)]

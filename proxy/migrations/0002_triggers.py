"""Mark every change of routing in the database itself (`proxy/table/triggers.py`)."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from proxy.table import triggers


def install(apps: Any, schema_editor: Any) -> None:
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("proxy", "0001_routing")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]

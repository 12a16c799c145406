"""Requests that were billed without a known cost, of versions that didn't mark them.

They marked what had usage and no price; what reported no usage at all counted as $0.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import Q

FREE = ("models", "count_tokens", "files")


def mark(apps: Any, schema_editor: Any) -> None:
    requests = apps.get_model("runs", "CapturedRequest").objects
    answered = requests.using(schema_editor.connection.alias).filter(
        cost_usd=None, status_class=2, method="POST", is_unpriced=False
    )
    told_error = Q(outcome="completed", is_success=False) & ~Q(error="")
    not_billed = Q(outcome="pending") | Q(operation__in=FREE) | told_error
    answered.exclude(not_billed).update(is_unpriced=True)


class Migration(migrations.Migration):
    dependencies = [("runs", "0005_run_span_end")]

    operations = [
        migrations.AlterField(
            model_name="capturedrequest",
            name="is_unpriced",
            field=models.BooleanField(
                default=False, help_text="Billed, and the cost is not known."
            ),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]

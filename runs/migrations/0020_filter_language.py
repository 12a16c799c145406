"""What the filter language asks for: amounts, purposes, sub-agents and called tools."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

AMOUNTS = {"cost": "cost_usd", "duration": "duration_ms", "tokens": "total_tokens"}
OFTEN_NULL = {"ttft": "ttft_ms", "purpose": "purpose", "agent": "agent"}


def index(name: str, column: str, condition: Q | None = None) -> migrations.AddIndex:
    return migrations.AddIndex(
        model_name="capturedrequest",
        index=models.Index(
            fields=[column, "id"], condition=condition, name=f"request_by_{name}"
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("runs", "0019_overhead")]

    operations = [
        migrations.AddField(
            model_name="capturedrequest",
            name="agent",
            field=models.CharField(
                blank=True,
                help_text="The sub-agent that called, as its harness names it.",
                max_length=64,
                null=True,
            ),
        ),
        *(index(name, column) for name, column in AMOUNTS.items()),
        *(
            index(name, column, Q(**{f"{column}__isnull": False}))
            for name, column in OFTEN_NULL.items()
        ),
        migrations.CreateModel(
            name="CalledTool",
            fields=[
                (
                    "request",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="called_tools",
                        to="runs.capturedrequest",
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "request", "name", blank=True, editable=False, serialize=False
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["name", "request"], name="request_by_tool")
                ]
            },
        ),
    ]

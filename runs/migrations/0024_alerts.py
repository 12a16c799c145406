"""What is watched, where it stands, and who was told."""

from __future__ import annotations

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0023_resend_of"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alert",
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
                ("name", models.CharField(max_length=100, unique=True)),
                (
                    "condition",
                    models.CharField(
                        help_text="Such as errors > 5% over 10m.", max_length=100
                    ),
                ),
                (
                    "where",
                    models.CharField(
                        blank=True,
                        help_text="Which requests, in the filter language; empty: all.",
                        max_length=4000,
                        verbose_name="filter",
                    ),
                ),
                (
                    "hold_s",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="It must be so for that long, and at two looks at least.",
                        validators=[django.core.validators.MaxValueValidator(86400)],
                        verbose_name="hold, seconds",
                    ),
                ),
                (
                    "min_requests",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="A share or a percentile of fewer breaks nothing.",
                        verbose_name="fewest requests",
                    ),
                ),
                (
                    "url",
                    models.CharField(
                        blank=True,
                        help_text="Where it is told by a POST; empty: only shown.",
                        max_length=500,
                        verbose_name="webhook",
                    ),
                ),
                ("active", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="AlertStanding",
            fields=[
                (
                    "alert",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="standing",
                        serialize=False,
                        to="runs.alert",
                    ),
                ),
                ("is_firing", models.BooleanField(default=False)),
                (
                    "since",
                    models.DateTimeField(help_text="Of the last turn.", null=True),
                ),
                ("contrary_looks", models.PositiveIntegerField(default=0)),
                ("contrary_since", models.DateTimeField(null=True)),
                (
                    "value",
                    models.FloatField(
                        help_text="At the last look; null: unknown.", null=True
                    ),
                ),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("looked_at", models.DateTimeField(null=True)),
                (
                    "due_at",
                    models.DateTimeField(
                        help_text="The next look; whose it is moves it."
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AlertDelivery",
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
                ("uid", models.UUIDField(unique=True)),
                (
                    "event",
                    models.CharField(
                        help_text="firing, resolved or test.", max_length=8
                    ),
                ),
                (
                    "channel",
                    models.CharField(help_text="webhook or command.", max_length=8),
                ),
                ("payload", models.JSONField()),
                ("made_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("delivered", "Delivered"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                (
                    "due_at",
                    models.DateTimeField(
                        help_text="The next attempt; whose it is moves it."
                    ),
                ),
                (
                    "told",
                    models.CharField(
                        blank=True, help_text="By the last one.", max_length=300
                    ),
                ),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="runs.alert",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "due_at"], name="delivery_by_due")
                ],
            },
        ),
    ]

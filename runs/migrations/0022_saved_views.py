"""Views of the request list that have a name."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0021_combinations")]

    operations = [
        migrations.CreateModel(
            name="SavedView",
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
                    "where",
                    models.TextField(blank=True, help_text="In the filter language."),
                ),
                (
                    "hidden",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Columns that are not shown.",
                    ),
                ),
            ],
        ),
    ]

"""Which requests were imported, and from what. No older row was."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0017_full_text")]

    operations = [
        migrations.AddField(
            model_name="capturedrequest",
            name="imported_from",
            field=models.CharField(
                blank=True,
                help_text="The format it was imported from; null: captured.",
                max_length=32,
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="capturedrequest",
            index=models.Index(
                condition=models.Q(("imported_from__isnull", False)),
                fields=["id"],
                name="request_imported",
            ),
        ),
    ]

"""The list of requests that Weir sent again: an index of those rows alone."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0026_order_of_views")]

    operations = [
        migrations.AddIndex(
            model_name="capturedrequest",
            index=models.Index(
                condition=models.Q(("resend_of__isnull", False)),
                fields=["id"],
                name="request_resent",
            ),
        ),
    ]

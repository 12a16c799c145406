from __future__ import annotations

from django.db import migrations, models

from pricing import triggers


class Migration(migrations.Migration):
    dependencies = [("pricing", "0005_price_imports")]

    operations = [
        migrations.AddField(
            model_name="priceprovider",
            name="served_as",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="How all is served there, where answers don't tell: Azure's `data-zone`, `regional-us`. Its prices of that name count.",
                max_length=32,
                verbose_name="served as",
            ),
        ),
        # SQLite remakes the table and forgets its triggers.
        migrations.RunPython(triggers.install, migrations.RunPython.noop),
    ]

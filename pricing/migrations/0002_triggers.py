"""Makes every change of a price renew `PriceRevision` (pricing/triggers.py)."""

from __future__ import annotations

from django.db import migrations

from pricing import triggers


class Migration(migrations.Migration):
    dependencies = [("pricing", "0001_prices")]

    operations = [migrations.RunPython(triggers.install, triggers.uninstall)]

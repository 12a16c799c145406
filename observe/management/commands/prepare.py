"""What `weir serve` does before it listens: database, catalogue, checks.

A process of its own, so that the supervisor does not keep Django in memory.
"""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError, connection

from pricing import sync
from proxy.route.startup import BadStartupRoutes
from proxy.table.snapshot import startup_rules
from runs.keeping.shrinking import make_file


class Command(BaseCommand):
    help = "Create or upgrade the database and its catalogues (serve does this)."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        settings.WEIR_JOURNAL_DIR.mkdir(parents=True, exist_ok=True)
        try:
            startup_rules()
            _make_file()
            call_command("migrate", verbosity=0, interactive=False)
            sync.seed()
        except BadStartupRoutes as error:
            raise CommandError(str(error)) from None
        except OperationalError as error:
            raise CommandError(f"The database can't be used: {error}") from None
        except DatabaseError as error:
            raise CommandError(f"The database can't be upgraded: {error}") from None
        call_command("check", fail_level="ERROR", stdout=StringIO())


def _make_file() -> None:
    if connection.vendor == "sqlite":
        make_file(Path(connection.settings_dict["NAME"]))

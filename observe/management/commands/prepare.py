"""What `weir serve` does before it listens: database, catalogue, checks.

A process of its own, so that the supervisor does not keep Django in memory.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError, connection

from observe import data_directory
from pricing import sync
from proxy.route.startup import BadStartupRoutes
from proxy.table.snapshot import startup_rules
from runs.keeping.shrinking import make_file


class Command(BaseCommand):
    help = "Create or upgrade the database and its catalogues (serve does this)."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        data_directory.make(settings.WEIR_DATA_DIR)
        with _alone(settings.WEIR_DATA_DIR):
            self._prepare()

    def _prepare(self) -> None:
        data_directory.make(settings.WEIR_JOURNAL_DIR)
        data_directory.make_private(settings.WEIR_DATA_DIR)
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


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Of several that start at once, one makes the database and the others find it."""
    with (folder / "start.lock").open("wb") as lock:
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX)
        yield


def _make_file() -> None:
    if connection.vendor == "sqlite":
        make_file(Path(connection.settings_dict["NAME"]))

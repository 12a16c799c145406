"""`weir prepare`: database, catalogue, checks; `weir serve` does it before it listens.

There it is a process of its own, so that the supervisor does not keep Django in memory.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection

from observe import data_directory, host_id
from observe.cli.terminal import Terminal
from observe.problem import Problem
from pricing import sync
from proxy.route.startup import BadStartupRoutes
from proxy.table.snapshot import startup_rules
from runs.keeping.shrinking import make_file


def act(options: dict[str, Any], terminal: Terminal) -> int:
    data_directory.make(settings.WEIR_DATA_DIR)
    with _alone(settings.WEIR_DATA_DIR):
        _prepare()
    _check()
    return 0


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Of several that start at once, one makes the database and the others find it."""
    with (folder / "start.lock").open("wb") as lock:
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX)
        yield


def _prepare() -> None:
    data_directory.make(settings.WEIR_JOURNAL_DIR)
    data_directory.make_private(settings.WEIR_DATA_DIR)
    # Told here and once: each worker would end by it, again and again.
    str(settings.SECRET_KEY)
    host_id.read_or_make(settings.WEIR_DATA_DIR)
    try:
        startup_rules()
        _make_file()
        call_command("migrate", verbosity=0, interactive=False)
        sync.seed()
    except BadStartupRoutes as error:
        raise Problem(str(error)) from None
    except OperationalError as error:
        raise Problem(f"The database can't be used: {error}") from None
    except DatabaseError as error:
        raise Problem(f"The database can't be upgraded: {error}") from None


def _make_file() -> None:
    if connection.vendor == "sqlite":
        make_file(Path(connection.settings_dict["NAME"]))


def _check() -> None:
    """Settings that make no sense together end the start; `weir doctor` tells all."""
    wrong = next((each for each in run_checks() if each.level >= ERROR), None)
    if wrong is not None:
        raise Problem(str(wrong.msg), hint=str(wrong.hint or ""))

"""`weir prepare`: database, catalogue, checks; `weir serve` does it before it listens.

There it is a process of its own: where forks start, nothing of the database is open.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection

from observe import data_directory, host_id
from observe.checks import OWN
from observe.cli.commands import rollups
from observe.cli.terminal import Terminal
from observe.doctor.finding import State
from observe.doctor.upstreams import redis
from observe.newer_database import must_not_be_newer
from observe.problem import Problem
from pricing import sync
from proxy.route.startup import BadStartupRoutes
from proxy.setup.destinations import destinations
from proxy.table import snapshot
from runs.keeping.shrinking import make_file
from runs.rollups import rebuilding


def act(options: dict[str, Any], terminal: Terminal) -> int:
    data_directory.make(settings.WEIR_DATA_DIR)
    with _alone(settings.WEIR_DATA_DIR, terminal):
        _prepare(terminal)
    _check(terminal)
    if options["json"]:
        terminal.show_json(asdict(destinations(snapshot.load())))
    return 0


@contextmanager
def _alone(folder: Path, terminal: Terminal) -> Iterator[None]:
    """Of several that start at once, one makes the database and the others find it."""
    with (folder / "start.lock").open("wb") as lock:
        try:
            fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            terminal.say(f"weir: waiting for another start in {folder}")
            fcntl.flock(lock.fileno(), fcntl.LOCK_EX)
        yield


def _prepare(terminal: Terminal) -> None:
    data_directory.make(settings.WEIR_JOURNAL_DIR)
    data_directory.make_private(settings.WEIR_DATA_DIR)
    # Told here and once: each worker would end by it, again and again.
    str(settings.SECRET_KEY)
    host_id.read_or_make(settings.WEIR_DATA_DIR)
    try:
        snapshot.startup_rules()
        snapshot.startup_fixes()
        _make_file()
        must_not_be_newer()
        call_command("migrate", verbosity=0, interactive=False)
        sync.seed()
        if rebuilding.is_needed():  # requests of a version that kept no figures
            rollups.rebuild(terminal, only_first=True)
        # Days that ended while nothing ran. Others who write figures now are not waited
        # for: a recorder makes the rest.
        while rebuilding.widen(wait=False):
            pass
    except BadStartupRoutes as error:
        raise Problem(str(error)) from None
    except OperationalError as error:
        raise Problem(f"The database can't be used: {error}") from None
    except DatabaseError as error:
        raise Problem(f"The database can't be upgraded: {error}") from None


def _make_file() -> None:
    if connection.vendor == "sqlite":
        make_file(Path(connection.settings_dict["NAME"]))


def _check(terminal: Terminal) -> None:
    """Settings that make no sense together end the start; what is doubtful is said.

    Weir's own checks: Django's look at the code, which is the same at every start.
    """
    for each in run_checks(tags=[OWN]):
        if each.level >= ERROR:
            raise Problem(str(each.msg), hint=str(each.hint or ""))
        _warn(terminal, str(each.msg), str(each.hint or ""))
    for finding in redis():
        if finding.state is not State.OK:
            _warn(terminal, f"REDIS_URL: {finding.message}", finding.todo)


def _warn(terminal: Terminal, sentence: str, hint: str) -> None:
    terminal.say(f"weir: {sentence}")
    if hint:
        terminal.say(f"hint: {hint}")

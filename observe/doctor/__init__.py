"""What `weir doctor` looks at: small check functions, each telling what to do.

A check takes nothing and returns findings; it never raises (`run` turns a surprise
into a failure). To add one, write it in the fitting file and list it in `CHECKS`.
"""

from __future__ import annotations

from collections.abc import Iterator

from observe.doctor.database import (
    database,
    inherited_database,
    migrations,
    sqlite_mode,
)
from observe.doctor.finding import Check, Finding, State
from observe.doctor.machine import data_directory, free_space, port, privacy
from observe.doctor.recording import incidents, journal, losses
from observe.doctor.scraping import prometheus
from observe.doctor.sessions import session_key, silent_sessions
from observe.doctor.settings import routes_file, settings_checks
from observe.doctor.shell import environment, harness_files
from observe.doctor.upstreams import keys, reachability, redis

CHECKS: tuple[Check, ...] = (
    settings_checks,
    routes_file,
    data_directory,
    privacy,
    free_space,
    port,
    database,
    inherited_database,
    sqlite_mode,
    migrations,
    journal,
    losses,
    incidents,
    keys,
    reachability,
    redis,
    environment,
    harness_files,
    session_key,
    silent_sessions,
    prometheus,
)


def run(checks: tuple[Check, ...] = CHECKS) -> Iterator[Finding]:
    """Every finding, in the order of the checks."""
    for check in checks:
        try:
            yield from check()
        except Exception as error:
            name = check.__name__.replace("_", " ")
            yield Finding(name, State.FAIL, f"{type(error).__name__}: {error}")


__all__ = ["CHECKS", "Finding", "State", "run"]

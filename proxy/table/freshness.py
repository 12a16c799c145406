"""Notices that providers or routes were edited, without asking the database much.

`TableSnapshot` (proxy/table/snapshot.py) asks a watch before each request. SQLite: a
count that moves with every commit of anyone (runs/live/commits.py); only then the
one-row mark is read. PostgreSQL: a thread that LISTENs. Neither ever waits for a lock:
what can't be told now is told later.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from typing import Any, Protocol

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from proxy.table.triggers import CHANNEL
from runs.live.commits import CommitCount

log = logging.getLogger(__name__)

LOOK_S = 0.25
"""How often the listening thread looks whether it should stop."""


class Watch(Protocol):
    def changed(self, known: str | None) -> bool:
        """True when the table of revision `known` is out of date; never blocks."""
        ...

    def close(self) -> None: ...


def watch_for(alias: str = "default") -> Watch:
    connection = connections[alias]
    if connection.vendor == "sqlite":
        return SqliteWatch(str(connection.settings_dict["NAME"]))
    return PostgresWatch(connection)


class SqliteWatch:
    """One look at the count of commits, while nobody commits."""

    def __init__(self, path: str) -> None:
        # No waiting for a lock: this runs on the event loop.
        self._commits = CommitCount(path, wait_s=0)
        self._data_version: int | None = None

    def changed(self, known: str | None) -> bool:
        try:
            version = self._commits.read()
            if version == self._data_version:
                return False
            mark = self._commits.ask("SELECT value FROM proxy_routerevision")
        except sqlite3.Error:
            # Opened anew by the next look.
            self.close()
            self._data_version = None
            return False
        if str(mark) == known:
            self._data_version = version
            return False
        # data_version stays old until a load has got this far, so that a load that
        # fails is tried again.
        return True

    def close(self) -> None:
        self._commits.close()


class PostgresWatch:
    """A listening thread; `changed` only looks at its flag."""

    FIRST_WAIT_S = 0.2
    LONGEST_WAIT_S = 10.0

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._parameters = connection.get_connection_params()
        self._stale = threading.Event()
        self._stop = threading.Event()
        self._stale.set()
        self._thread = threading.Thread(
            target=self._run, name="weir-route-listener", daemon=True
        )
        self._thread.start()

    def changed(self, known: str | None) -> bool:
        if self._stale.is_set():
            # Cleared before the load: an edit during it sets the flag again.
            self._stale.clear()
            return True
        return False

    def close(self) -> None:
        self._stop.set()
        self._thread.join(timeout=2)

    def _run(self) -> None:
        wait = self.FIRST_WAIT_S
        while not self._stop.is_set():
            try:
                self._listen()
                wait = self.FIRST_WAIT_S
            except Exception as error:
                # Any failure of the connection: try again, the old table stays.
                log.warning("listening for route changes failed: %s", error)
                self._stop.wait(wait)
                wait = min(wait * 2, self.LONGEST_WAIT_S)

    def _listen(self) -> None:
        import psycopg

        # As the other connections: certificates, time-outs and all. What Django adds
        # for its own cursors is no parameter of the server's.
        parameters: dict[str, Any] = {
            key: value
            for key, value in self._parameters.items()
            if isinstance(value, str | int) and value != ""
        }
        with psycopg.connect(autocommit=True, **parameters) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            # What was edited while nobody listened.
            self._stale.set()
            while not self._stop.is_set():
                for _ in connection.notifies(timeout=LOOK_S):
                    self._stale.set()

"""Connections that wait for their next call, by origin.

Used by `proxy/forward/http1/transport.py`. One that the server closes is dropped at
once; one that it is about to close is dropped before.
"""

from __future__ import annotations

import asyncio

from proxy.forward.http1.connection import Connection
from proxy.forward.http1.origin import Origin

SWEEP_EVERY_S = 5.0


class Pool:
    """All idle connections of one transport."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._idle: dict[Origin, list[Connection]] = {}
        self._sweeper: asyncio.TimerHandle | None = None

    def take(self, origin: Origin) -> Connection | None:
        """The one that came back last; None: all are busy, old or gone."""
        idle, now = self._idle.get(origin), self._loop.time()
        while idle:
            connection = idle.pop()
            if not connection.is_lost and connection.idle_until > now:
                return connection
            connection.close()
        return None

    def give_back(self, origin: Origin, connection: Connection) -> None:
        """A call is over; the connection is kept if its server keeps it."""
        kept_s = connection.release()
        if kept_s <= 0:
            connection.close()
            return
        connection.idle_until = self._loop.time() + kept_s
        self._idle.setdefault(origin, []).append(connection)
        if self._sweeper is None:
            self._sweeper = self._loop.call_later(SWEEP_EVERY_S, self._sweep)

    def close(self) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
        for idle in self._idle.values():
            for connection in idle:
                connection.close()
        self._idle.clear()

    def _sweep(self) -> None:
        now = self._loop.time()
        for origin, idle in list(self._idle.items()):
            kept = list[Connection]()
            for connection in idle:
                if not connection.is_lost and connection.idle_until > now:
                    kept.append(connection)
                else:
                    connection.close()
            if kept:
                self._idle[origin] = kept
            else:
                del self._idle[origin]
        again = bool(self._idle)
        later = self._loop.call_later(SWEEP_EVERY_S, self._sweep) if again else None
        self._sweeper = later

"""The process of the pages: a worker that takes connections from the workers only.

What `observe/serve/supervisor.py` forks beside them. A page, a chart or a statistic in
a worker would hold up its streams; here it delays no proxied call. A call that comes on
one of these connections is forwarded and recorded as everywhere.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from typing import Any

from uvicorn import Server

from observe.serve.direct import DirectProtocol
from observe.serve.handover import Handover
from observe.serve.orphans import PARENT_CHECK_S, parent_id
from observe.serve.priority import give_way
from observe.serve.pulse import BEAT_S, Pulse
from observe.serve.worker import configured, run, tell_address
from proxy.tasks import spawn

NICENESS = 3
"""Before the recorder, behind the workers."""


def main(
    listener: socket.socket, number: int, handover: Handover, pulse: Pulse
) -> None:
    tell_address(listener, number)
    listener.close()
    give_way(NICENESS)
    # Until then it is a fork that has touched nothing, and takes next to no memory.
    if _is_asked(handover, pulse):
        run(PagesServer(handover, pulse), [])


def _is_asked(handover: Handover, pulse: Pulse) -> bool:
    """Waits for the first page; False: nobody is left who could ask for one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_id()
    while not handover.is_waited_for(PARENT_CHECK_S):
        pulse.beat()
        if os.getppid() != parent:
            return False
    return True


class PagesServer(Server):
    """Accepts nothing itself."""

    def __init__(self, handover: Handover, pulse: Pulse) -> None:
        super().__init__(configured(DirectProtocol))
        self._handover = handover
        self._pulse = pulse

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        loop = asyncio.get_running_loop()
        self._live(loop)
        self._handover.begin(loop, self._take)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._handover.end(asyncio.get_running_loop())
        await super().shutdown(sockets)

    def _live(self, loop: asyncio.AbstractEventLoop) -> None:
        """Of the loop itself: what takes long elsewhere is no reason to end it."""
        self._pulse.beat()
        loop.call_later(BEAT_S, self._live, loop)

    def _take(self) -> None:
        try:
            taken = self._handover.take()
        except OSError:  # it was none after all
            return
        if taken is not None:
            spawn(self._connected(*taken), "take a connection over")

    async def _connected(self, connection: socket.socket, first: bytes) -> None:
        def protocol() -> DirectProtocol:
            return _Begun(
                first,
                config=self.config,
                server_state=self.server_state,
                app_state=self.lifespan.state,
            )

        loop = asyncio.get_running_loop()
        await loop.connect_accepted_socket(protocol, connection)


class _Begun(DirectProtocol):
    """Its first bytes were read elsewhere."""

    __slots__ = ("_first",)

    def __init__(self, first: bytes, **named: Any) -> None:
        super().__init__(**named)
        self._first = first

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        first, self._first = self._first, b""
        self.data_received(first)

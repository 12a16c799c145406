"""A client whose connection is written to straight, without a message for each piece.

Made by `proxy/forward/inbound.py` where the server offers it (observe/serve/direct.py):
the head leaves together with the first bytes of the body, and no task has to wait for
the client to hang up.
"""

from __future__ import annotations

from typing import Protocol

from proxy.exchange import HeaderList
from proxy.forward.client import Client, Receive

EXTENSION = "weir.direct"
"""Its name in a scope; no other server puts such a word there."""


class Watcher(Protocol):
    """Who wants to know whether the client is still there."""

    def hung_up(self) -> None: ...


class Flow(Protocol):
    """Whether a connection takes more."""

    write_paused: bool


class DirectAnswer(Protocol):
    """The answer of one request, as the server writes it."""

    @property
    def flow(self) -> Flow:
        """Of its connection."""
        ...

    def arrived_body(self, *, is_small: bool) -> bytes | None:
        """The request's, if all of it is here. A small one that isn't comes whole, in
        the next message."""
        ...

    async def drain(self) -> None: ...

    def begin(self, status: int, headers: HeaderList) -> None: ...

    def flush(self) -> None: ...

    def write(self, piece: bytes) -> None: ...

    def end(self, piece: bytes) -> None: ...

    def watch(self, watcher: Watcher) -> None:
        """It is told once that the client has hung up, at once if it has."""
        ...

    def unwatch(self) -> None: ...


class DirectClient(Client):
    """Passes on what the server's own answer can do."""

    __slots__ = ("_answer", "_cancels", "_flow")
    writes_at_once = True

    def __init__(self, receive: Receive, answer: DirectAnswer, raw_path: bytes) -> None:
        super().__init__(receive, raw_path)
        self._answer = answer
        self._flow = answer.flow
        self._cancels = False

    def arrived_body(self, *, is_small: bool) -> bytes | None:
        return self._answer.arrived_body(is_small=is_small)

    async def _begin(self, status: int, headers: HeaderList) -> None:
        self._answer.begin(status, headers)

    def flush(self) -> None:
        self._answer.flush()

    def write(self, piece: bytes) -> None:
        self._answer.write(piece)

    @property
    def is_full(self) -> bool:
        return self._flow.write_paused

    async def drain(self) -> None:
        await self._answer.drain()

    async def end(self, piece: bytes = b"") -> None:
        self.is_done = True
        if self._flow.write_paused:
            await self._answer.drain()
        self._answer.end(piece)

    def watch(self, *, cancel: bool) -> None:
        self._cancels = cancel
        self._answer.watch(self)

    def hung_up(self) -> None:
        self._lost(cancel=self._cancels)

    def unwatch(self) -> None:
        self._answer.unwatch()
        # An answer that broke off before its first bytes had a head all the same.
        self._answer.flush()

"""A client whose connection is written to straight, without a message for each piece.

Made by `proxy/forward/inbound.py` where the server offers it (observe/serve/direct.py):
the head leaves together with the first bytes of the body, and no task has to wait for
the client to hang up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from proxy.exchange import HeaderList
from proxy.forward.client import Client, Receive

EXTENSION = "weir.direct"
"""Its name among the extensions of a scope."""


class DirectAnswer(Protocol):
    """The answer of one request, as the server writes it."""

    @property
    def is_full(self) -> bool: ...

    async def drain(self) -> None: ...

    def begin(self, status: int, headers: HeaderList) -> None: ...

    def flush(self) -> None: ...

    def write(self, piece: bytes) -> None: ...

    def end(self, piece: bytes) -> None: ...

    def watch(self, on_gone: Callable[[], None]) -> None:
        """`on_gone` is called once the client has hung up, at once if it has."""
        ...

    def unwatch(self) -> None: ...


class DirectClient(Client):
    """Passes on what the server's own answer can do."""

    def __init__(self, receive: Receive, answer: DirectAnswer, raw_path: bytes) -> None:
        super().__init__(receive, raw_path)
        self._answer = answer

    async def _begin(self, status: int, headers: HeaderList) -> None:
        self._answer.begin(status, headers)

    def flush(self) -> None:
        self._answer.flush()

    def write(self, piece: bytes) -> None:
        self._answer.write(piece)

    @property
    def is_full(self) -> bool:
        return self._answer.is_full

    async def drain(self) -> None:
        await self._answer.drain()

    async def end(self, piece: bytes = b"") -> None:
        self.is_done = True
        if self._answer.is_full:
            await self._answer.drain()
        self._answer.end(piece)

    def watch(self, *, cancel: bool) -> None:
        self._answer.watch(lambda: self._lost(cancel=cancel))

    def unwatch(self) -> None:
        self._answer.unwatch()
        # An answer that broke off before its first bytes had a head all the same.
        self._answer.flush()

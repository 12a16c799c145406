"""The client's side of one exchange: what it was sent, and whether it is still there.

Used by `proxy/app.py`; wraps ASGI's `receive` and `send`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from proxy.exchange import Dialect, HeaderList
from proxy.forward.browsers import PageRequest
from proxy.route.addresses import Address
from proxy.route.dialects import spoken_at

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class BrokenAnswer(Exception):
    """Raised out of the ASGI app so that the server cuts the client's connection.

    The upstream broke in the middle of its answer: the client must see that too.
    """


class Client:
    """One client connection for the time of one exchange."""

    def __init__(self, receive: Receive, send: Send, raw_path: bytes) -> None:
        self.receive = receive
        self._send = send
        self._raw_path = raw_path
        self.address: Address | None = None
        """What it asks for, once that is understood."""
        self.has_started = False
        self.is_done = False
        self.is_gone = False
        self.page: PageRequest | None = None
        """The web page that asks, if one does."""
        self._task = asyncio.current_task()
        self._watcher: asyncio.Task[None] | None = None

    @property
    def dialect(self) -> Dialect:
        """What Weir's own errors are written in, before there is an address, too."""
        if self.address is not None:
            return self.address.dialect
        return spoken_at(self._raw_path) or Dialect.OPENAI

    async def start(self, status: int, headers: HeaderList) -> None:
        self.has_started = True
        if self.page is not None:
            headers = self.page.fenced(headers)
        message = {"type": "http.response.start", "status": status, "headers": headers}
        await self._send(message)

    async def send(self, chunk: bytes) -> None:
        """One more piece of the body; waits while the client reads too slowly."""
        message = {"type": "http.response.body", "body": chunk, "more_body": True}
        await self._send(message)

    async def end(self, chunk: bytes = b"") -> None:
        """The last piece."""
        self.is_done = True
        await self._send({"type": "http.response.body", "body": chunk})

    def watch(self, *, cancel: bool) -> None:
        """From now on notice when the client hangs up; `cancel` its request then.

        Only once its request is read to the end: both read the same channel.
        """
        task = self._task if cancel else None
        self._watcher = asyncio.ensure_future(self._watch(task))

    def unwatch(self) -> None:
        if self._watcher is not None:
            self._watcher.cancel()

    async def _watch(self, task: asyncio.Task[Any] | None) -> None:
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                break
        # The server says "disconnect" after a finished answer too.
        if not self.is_done:
            self.is_gone = True
            if task is not None:
                task.cancel()

"""A client behind ASGI's messages, whatever the server is.

Made by `proxy/forward/inbound.py` where there is no straighter way (daphne, HTTP/1.0,
WebSockets).
"""

from __future__ import annotations

import asyncio

from proxy.exchange import HeaderList
from proxy.forward.client import Client, Receive, Send


class AsgiClient(Client):
    """Wraps `receive` and `send`."""

    __slots__ = ("_send", "_watcher", "_written")

    def __init__(self, receive: Receive, send: Send, raw_path: bytes) -> None:
        super().__init__(receive, raw_path)
        self._send = send
        self._written: list[bytes] = []
        self._watcher: asyncio.Task[None] | None = None

    async def _begin(self, status: int, headers: HeaderList) -> None:
        message = {"type": "http.response.start", "status": status, "headers": headers}
        await self._send(message)

    def flush(self) -> None:
        pass  # the server has it

    def write(self, piece: bytes) -> None:
        self._written.append(piece)

    @property
    def is_full(self) -> bool:
        return bool(self._written)

    async def drain(self) -> None:
        written, self._written = self._written, []
        for piece in written:
            message = {"type": "http.response.body", "body": piece, "more_body": True}
            await self._send(message)

    async def end(self, piece: bytes = b"") -> None:
        self.is_done = True
        await self.drain()
        await self._send({"type": "http.response.body", "body": piece})

    def watch(self, *, cancel: bool) -> None:
        self._watcher = asyncio.ensure_future(self._watch(cancel))

    def unwatch(self) -> None:
        if self._watcher is not None:
            self._watcher.cancel()

    async def _watch(self, cancel: bool) -> None:
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                break
        self._lost(cancel=cancel)

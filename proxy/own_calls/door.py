"""This worker's way into its own proxy, for threads that answer API calls.

`observe/asgi.py` opens it. The call is an ASGI call like a client's, with a word in its
scope that no client can put there: the id of its exchange, and what it sends again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings

from proxy.app import OWN
from proxy.exchange import Own
from proxy.forward.client import BrokenAnswer
from proxy.headers import TOKEN
from proxy.journal.uids import new_uid
from proxy.own_calls.call import NotServing, OwnAnswer, OwnCall

Proxy = Callable[[Any, Any, Any], Awaitable[None]]
KEPT = 64 * 1024
"""Bytes of an answer that its sender gets; all of it is captured."""
CLIENT = ("127.0.0.1", 0)


@dataclass(frozen=True, slots=True)
class Door:
    """A proxy and the event loop that it lives on."""

    proxy: Proxy
    loop: asyncio.AbstractEventLoop

    def send(self, call: OwnCall) -> OwnAnswer:
        """Waits for the whole answer; from another thread than the loop's."""
        return asyncio.run_coroutine_threadsafe(
            _Sending(call).through(self.proxy), self.loop
        ).result()

    def start(self, call: OwnCall) -> UUID:
        """Sends it and doesn't wait; the id that its request will have."""
        sending = _Sending(call)
        asyncio.run_coroutine_threadsafe(sending.through(self.proxy), self.loop)
        return sending.id


_open: list[Door] = []


def open_door(proxy: Proxy) -> None:
    """Called on the worker's event loop."""
    _open[:] = [Door(proxy, asyncio.get_running_loop())]


def door() -> Door:
    """Raises NotServing in a process that forwards nothing."""
    if not _open:
        raise NotServing("Only a running Weir can send: start it with `weir serve`.")
    return _open[0]


@dataclass(slots=True)
class _Sending:
    """One call while it is under way: the client's side of it."""

    call: OwnCall
    uid: bytes = field(default_factory=new_uid)
    status: int | None = None
    headers: dict[bytes, bytes] = field(default_factory=dict)
    size: int = 0
    begin: bytearray = field(default_factory=bytearray)
    is_sent: bool = False

    @property
    def id(self) -> UUID:
        return UUID(bytes=self.uid)

    async def through(self, proxy: Proxy) -> OwnAnswer:
        began, is_complete = time.perf_counter(), True
        try:
            await proxy(self._scope(), self._receive, self._send)
        except BrokenAnswer:
            is_complete = False
        return OwnAnswer(
            id=self.id,
            status=self.status,
            duration_ms=(time.perf_counter() - began) * 1000,
            size=self.size,
            begin=bytes(self.begin),
            is_complete=is_complete,
            content_type=self.headers.get(b"content-type", b"").decode("latin-1"),
            content_encoding=self.headers.get(b"content-encoding", b"").decode(
                "latin-1"
            ),
        )

    def _scope(self) -> dict[str, Any]:
        call = self.call
        headers = [*call.headers, (b"content-length", str(len(call.body)).encode())]
        if settings.WEIR_TOKEN:
            # Who asks the API was admitted there; the proxy takes it out again.
            headers.append((TOKEN, settings.WEIR_TOKEN.encode()))
        of = call.resend_of
        return {
            "type": "http",
            "method": call.method,
            "path": call.path.decode("latin-1"),
            "raw_path": call.path,
            "query_string": call.query,
            "headers": headers,
            "client": CLIENT,
            "extensions": {},
            OWN: Own(self.uid, of.bytes if of else b""),
        }

    async def _receive(self) -> dict[str, Any]:
        if self.is_sent:
            await asyncio.Event().wait()  # it never hangs up
        self.is_sent = True
        return {"type": "http.request", "body": self.call.body, "more_body": False}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.lower(): value for name, value in message["headers"]}
            return
        piece = message.get("body", b"")
        self.size += len(piece)
        self.begin += piece[: max(0, KEPT - len(self.begin))]

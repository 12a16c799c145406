"""The straight way through uvicorn for proxied requests; all else takes ASGI's.

`observe/serve/worker.py` gives uvicorn this protocol. Each HTTP/1.1 request finds the
way to its own answer in its scope (proxy/forward/direct_client.py uses it). What leaves
is what uvicorn's cycle would have sent: the same head, the same chunks, the same end.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from uvicorn.protocols.http import httptools_impl

from observe.serve.cycle import LeanCycle
from observe.serve.familiar import FamiliarProtocol
from observe.serve.handover import Handover
from observe.serve.http10 import CloseDelimited
from observe.serve.lean import LeanProtocol
from proxy.exchange import HeaderList
from proxy.forward.direct_client import EXTENSION, Watcher

_BODYLESS = (204, 304)
_LINE_END = b"\r\n"
_LONG = 128
"""Bytes of a field's name that is not remembered."""
_HARMLESS = bytes(each for each in range(256) if each not in b"\x00\r\n")


class CycleAnswer:
    """The answer of one of uvicorn's cycles."""

    __slots__ = (
        *("_chunked", "_connection", "_cycle", "_head", "_left", "_watcher"),
        "flow",
    )

    def __init__(self, cycle: LeanCycle, connection: LeanProtocol) -> None:
        self._cycle = cycle
        self._connection = connection
        self.flow = cycle.flow
        self._head = b""
        """Waits for the first bytes of the body."""
        self._chunked = False
        self._left = 0
        """Of Content-Length."""
        self._watcher: Watcher | None = None

    def arrived_body(self, *, is_small: bool) -> bytes | None:
        """As the cycle's `receive` would give it, in one message."""
        cycle = self._cycle
        if cycle.more_body or cycle.disconnected:
            if is_small:
                cycle.gather()
            return None
        self.flow.resume_reading()
        cycle.message_event.clear()
        return cycle.taken()

    async def drain(self) -> None:
        await self.flow.drain()

    def begin(self, status: int, headers: HeaderList) -> None:
        cycle = self._cycle
        cycle.response_started = True
        cycle.waiting_for_100_continue = False
        has_length, lines = False, [httptools_impl.STATUS_LINE[status]]
        for name, value in headers:
            name = (_spelt if len(name) < _LONG else _spelt.__wrapped__)(name)
            if name == b"content-length":
                if not has_length:
                    has_length, self._left = True, int(value)
            elif name == b"connection" and b"close" in value.lower():
                cycle.keep_alive = False
                continue
            lines.append(b"%b: %b\r\n" % (name, value))
        if not cycle.keep_alive:
            lines.append(b"connection: close\r\n")
        if cycle.scope["method"] == "HEAD" or status in _BODYLESS:
            self._left = 0
        elif not has_length:
            self._chunked = True
            lines.append(b"transfer-encoding: chunked\r\n")
        lines.append(b"\r\n")
        head = b"".join(lines)
        # Nothing may end a field early; all at once, since hardly any ever does.
        if head.translate(None, _HARMLESS) != _LINE_END * len(lines):
            raise RuntimeError("Invalid HTTP header value.")
        self._head = head

    def flush(self) -> None:
        if self._head:
            self.write(b"")
            self._connection.rest()

    def write(self, piece: bytes) -> None:
        cycle = self._cycle
        if self._chunked and piece and not self._head:  # as nearly always
            if not cycle.disconnected:
                cycle.transport.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            return
        if self._head and not cycle.disconnected:
            self._connection.goes_on()
        data = self._framed(piece)
        if data and not cycle.disconnected:
            cycle.transport.write(data)

    def end(self, piece: bytes) -> None:
        cycle, data = self._cycle, self._framed(piece)
        if cycle.disconnected:
            return
        if self._chunked:
            data += b"0\r\n\r\n"
        if data:
            cycle.transport.write(data)
        if self._left:
            raise RuntimeError("Response content shorter than Content-Length")
        self._watcher = None
        cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()

    def watch(self, watcher: Watcher) -> None:
        if self._cycle.disconnected:
            watcher.hung_up()
            return
        self._watcher = watcher
        # Paused by a large body, it would not notice that the client went.
        self.flow.resume_reading()

    def unwatch(self) -> None:
        self._watcher = None

    def lost(self) -> None:
        """The connection is closed."""
        cycle = self._cycle
        if not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.hung_up()

    def _framed(self, piece: bytes) -> bytes:
        """As it goes over the wire, behind a head that has waited for it."""
        head, self._head = self._head, b""
        if self._chunked:
            if piece:
                return b"%b%x\r\n%b\r\n" % (head, len(piece), piece)
        elif self._cycle.scope["method"] != "HEAD":
            self._left -= len(piece)
            if self._left < 0:
                raise RuntimeError("Response content longer than Content-Length")
            return head + piece if head else piece
        return head


class DirectProtocol(FamiliarProtocol):
    """Gives each request the way to its answer, and tells it when its client goes."""

    __slots__ = ("_answering",)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._answering: CycleAnswer | None = None
        """Of the request that is being answered."""

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._offer_answer(cycle, app)
        super()._start_asgi_task(cycle, app)

    def _start_at_once(self, cycle: Any, app: Any) -> None:
        self._offer_answer(cycle, app)
        super()._start_at_once(cycle, app)

    def _offer_answer(self, cycle: Any, app: Any) -> None:
        if isinstance(app, CloseDelimited):
            self._answering = None
        else:
            self._answering = CycleAnswer(cycle, self)
            cycle.scope[EXTENSION] = self._answering

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        answering, self._answering = self._answering, None
        if answering is not None:
            answering.lost()


class FirstLook(DirectProtocol):
    """What begins with a page goes to the process of the pages."""

    __slots__ = ("_is_new",)
    handover: Handover

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._is_new = True

    def data_received(self, data: bytes) -> None:
        if self._is_new:
            self._is_new = False
            if self.handover.give(self.transport, data):
                return
        super().data_received(data)


@lru_cache(maxsize=2048)
def _spelt(name: bytes) -> bytes:
    """A field's name, as it is sent."""
    if httptools_impl.HEADER_RE.search(name):
        raise RuntimeError("Invalid HTTP header name.")
    return name.lower()

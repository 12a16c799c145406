"""What a client's request head may be, and how long it may take.

Between `lean.py` and `observe/serve/protocol.py`. uvicorn itself takes heads
of any size, at any pace: a client without a key could fill the memory with one, or hold
connections open with many that never end. A trailer without an end does as much.
docs/architecture.md states the limits.
"""

from __future__ import annotations

import asyncio
from typing import Any

import httptools

from observe.serve.lean import LeanProtocol

MAX_FIELDS = 1000
MAX_HEAD = 256 * 1024
"""Bytes of request line and fields: as much as Weir reads of an upstream's."""
HEAD_S = 30.0
"""From the connection, or the first byte of a later request, to the end of its head."""

_REASONS = {408: b"Request Timeout", 431: b"Request Header Fields Too Large"}


class HeadLimits(LeanProtocol):
    """Refuses a head that is too large or takes too long, and closes."""

    __slots__ = ("_barren", "_in_head", "_is_deaf", "_refusal", "_seen", "_timer")

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._in_head = False
        self._barren = 0
        """Bytes since the last of a body: trailers, or a chunk's extensions."""
        self._seen = 0
        """Bytes of the pieces that this head came in: at least as many as it has."""
        self._refusal = 0
        self._is_deaf = False
        """What comes now isn't looked at: the connection ends with the answers that are
        due, one of which may be running."""
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def fed(self, data: bytes) -> None:
        """Have the parser read it; raises httptools' errors."""
        if self._is_deaf:
            return
        self._seen += len(data)
        self._barren += len(data)
        self.parser.feed_data(data)
        if self._in_head:
            if self._seen > 2 * MAX_HEAD:
                self._refusal = 431
                raise httptools.HttpParserError("the head is too long")
            self._arm()
        else:
            self._seen = 0
            if self._barren > MAX_HEAD and self._awaits_body():
                raise httptools.HttpParserError("more than a body is around it")

    def on_body(self, body: bytes) -> None:
        self._barren = 0
        super().on_body(body)

    def rest(self) -> None:
        if not self._in_head:
            super().rest()

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._barren = 0
        self._disarm()
        if len(self.headers) > MAX_FIELDS or self._is_too_long():
            self._refusal = 431
            raise ValueError  # out of the parser, as an error of its own
        super().on_headers_complete()

    def refuse(self) -> None:
        """Says why, once, and closes; in no answer to what was asked before."""
        if self._ends_with_answers():
            return
        if self._refusal in _REASONS:
            self._answer(self._refusal)
            return
        message = "Invalid HTTP request received."
        self.logger.warning(message)
        self.send_400_response(message)

    def on_response_complete(self) -> None:
        is_last = not self.pipeline
        super().on_response_complete()
        if self._is_deaf and is_last:
            self.transport.close()

    def _ends_with_answers(self) -> bool:
        """True while answers are due: the connection is closed behind the last one."""
        cycle: Any = self.cycle
        if cycle is None or cycle.response_complete:
            return False
        if cycle.more_body:  # its own body is what can't be read
            if not self.pipeline:
                if not cycle.response_started:
                    return False
                self.transport.abort()  # an answer that breaks off, and shows it
            else:
                del self.pipeline[0]
        self._is_deaf = True
        return True

    def _awaits_body(self) -> bool:
        cycle: Any = self.cycle  # None before the first
        return cycle is not None and cycle.more_body

    def _is_too_long(self) -> bool:
        if self._seen <= MAX_HEAD:
            return False
        fields = sum(len(name) + len(value) for name, value in self.headers)
        return len(self.url) + fields > MAX_HEAD

    def _arm(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(HEAD_S, self._too_slow)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self._in_head:
            if not self._ends_with_answers():
                self._answer(408)
        else:
            self.transport.close()  # nothing came: browsers open some to have them

    def _answer(self, status: int) -> None:
        reason = _REASONS[status]
        lines = (
            b"HTTP/1.1 %d %s" % (status, reason),
            b"content-type: text/plain; charset=utf-8",
            b"content-length: %d" % len(reason),
            b"connection: close",
        )
        self.transport.write(b"\r\n".join([*lines, b"", reason]))
        self.transport.close()

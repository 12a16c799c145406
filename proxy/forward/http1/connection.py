"""One connection to an upstream: an asyncio protocol that serves one call at a time.

Kept by `proxy/forward/http1/pool.py`, made by `dial.py` beside it. A reader that is
slow stops the upstream; one timer watches over a connection's whole life.
"""

from __future__ import annotations

import asyncio
from typing import cast

import httpx

from proxy import at_once
from proxy.at_once import AtOnce
from proxy.forward.http1 import errors
from proxy.forward.http1.answer import AnswerReader
from proxy.forward.http1.errors import Malformed, StaleConnection
from proxy.forward.turns import turns_of
from proxy.forward.upstream_call import Sink

HIGH_WATER = 256 * 1024
COPIED = 16 * 1024
"""Bytes of a body that are put behind the head, to leave in one packet, as one record
of TLS; to copy more would cost more than that."""
STALE_S = 2.0
"""A server that closes a connection because it was idle does so at once; one that
closes it later has had the request, and may have worked on it."""


class Connection(asyncio.Protocol):
    """`call`, `head`, `pump`, then `release` or `close`."""

    __slots__ = (
        *("_answer", "_asked", "_can_write", "_fault", "_heard", "_is_paused"),
        *("_is_due", "_is_reused", "_is_silent", "_loop", "_patience_s", "_sink"),
        *("_timer", "_transport", "_turns", "_waiter", "error", "idle_until"),
        "is_lost",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._turns = turns_of(loop)
        self._transport: asyncio.Transport | None = None
        self._answer: AnswerReader | None = None
        """Of the call that is going on."""
        self._waiter: asyncio.Future[None] | AtOnce | None = None
        self._is_due = False
        """What waits goes on at its turn."""
        self._can_write: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._patience_s = 0.0
        self._heard = 0.0
        self._is_paused = False
        self._sink: Sink | None = None
        """Takes what comes, while somebody pumps."""
        self._fault: Exception | None = None
        """The sink's."""
        self.error: httpx.TransportError | None = None
        self.is_lost = False
        self.idle_until = 0.0
        """Loop time until which it may wait for the next call."""
        self._is_reused = False
        """A call was answered on it before."""
        self._is_silent = True
        """Not a byte has come since the call began."""
        self._asked = 0.0

    @property
    def transport(self) -> asyncio.Transport:
        assert self._transport is not None
        return self._transport

    def goes_through(self, transport: asyncio.Transport) -> None:
        """From now on inside of a tunnel or of TLS, where nothing was asked yet."""
        self._transport, self._is_reused = transport, False

    # --- one call -----------------------------------------------------------------
    def call(
        self, head: bytes, body: bytes = b"", *, to_head: bool, patience_s: float
    ) -> None:
        """Send a request, or its head; the upstream may be silent for `patience_s`."""
        self._answer = AnswerReader(to_head=to_head)
        self._is_silent, self._fault = True, None
        if self._timer is not None and patience_s < self._patience_s:
            self._timer.cancel()  # set by a call that was to wait longer
            self._timer = None
        self._patience_s = patience_s
        self._asked = self._heard = self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_later(patience_s, self._look)
        if len(body) > COPIED:
            self.transport.writelines((head, body))
        else:
            self.transport.write(head + body)

    async def write(self, piece: bytes) -> None:
        """One more piece of the body; waits while the upstream reads too slowly."""
        if self.is_lost or self._transport is None:
            raise self.error or httpx.WriteError("The connection was closed.")
        self._transport.write(piece)
        self._heard = self._loop.time()
        if self._can_write is not None:
            await self._can_write

    async def head(self) -> AnswerReader:
        """The answer, once its head is there; raises httpx.TransportError."""
        answer = self._answer
        assert answer is not None
        while not answer.status:
            if self.error is not None:
                raise self.error
            await self._news()
        return answer

    def whole(self, answer: AnswerReader) -> bytes | None:
        """All of the body, if nothing more of it is to come and none was passed on."""
        if self._is_paused or not answer.is_complete:
            return None
        return answer.taken()

    async def pump(self, answer: AnswerReader, sink: Sink) -> None:
        """Each read as it came, straight from the socket while the sink has room. What
        came before a break is the sink's, too."""
        if not answer.pieces:
            sink.flush()
        try:
            while True:
                if self._fault is not None:
                    raise self._fault
                if sink.is_full:
                    await sink.drain()
                    answer.ended()  # until here it was the client who was slow
                elif answer.pieces:
                    self._pour(answer, sink)
                elif answer.is_complete:
                    return
                elif self.error is not None:
                    raise self.error
                else:
                    self._sink = sink
                    await self._news()
        finally:
            self._sink = None

    def release(self) -> float:
        """End the call: for how long the connection may be idle; 0.0: not at all."""
        answer, self._answer = self._answer, None
        if answer is None:
            return 0.0
        answer.close()
        if self.is_lost or self.error or answer.pieces:
            return 0.0
        if not (answer.is_complete and answer.keep_alive):
            return 0.0
        self._is_reused = True
        return answer.keep_s

    def close(self) -> None:
        if self._answer is not None:
            self._answer.close()
            self._answer = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._transport is not None:
            self._transport.abort()

    # --- asyncio ------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        answer = self._answer
        if answer is None:
            # Nobody asked: whatever it is, it must not answer the next request.
            self.is_lost = True
            self.close()
            return
        if self.error is not None:
            return  # what was on its way when this one failed
        self._heard = self._loop.time()
        self._is_silent = False
        try:
            answer.feed(data)
        except Malformed as malformed:
            kind = httpx.ReadError if answer.status else httpx.RemoteProtocolError
            self._fail(kind(str(malformed)))
        if self._sink is None:
            self._wake()
        else:
            self._pour(answer, self._sink)
        if answer.waiting > HIGH_WATER and not self._is_paused:
            self._is_paused = True
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._end_of_stream(exc)
        self.resume_writing()
        self._wake()

    def pause_writing(self) -> None:
        self._can_write = self._loop.create_future()

    def resume_writing(self) -> None:
        waiting, self._can_write = self._can_write, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    # ------------------------------------------------------------------------------
    def _pour(self, answer: AnswerReader, sink: Sink) -> None:
        """On to the sink; who pumps is woken where there is more to do than that."""
        has_room = True
        try:
            if answer.pieces:
                has_room = sink.take(answer.taken())
        except Exception as fault:
            self._fault = fault
        if self._is_paused:
            self._resume()
        if not has_room or answer.is_complete or self.error or self._fault:
            self._sink = None
            self._wake()

    def _end_of_stream(self, exc: Exception | None) -> None:
        answer = self._answer
        if answer is None or answer.is_complete or self.error is not None:
            return
        missing = answer.end() if exc is None else str(exc) or errors.CLOSED
        if not missing:
            return
        if answer.status:
            self._fail(httpx.ReadError(missing))
        elif self._is_stale:
            self._fail(StaleConnection(errors.STALE))
        else:
            self._fail(httpx.RemoteProtocolError(missing))

    @property
    def _is_stale(self) -> bool:
        since_s = self._loop.time() - self._asked
        return self._is_reused and self._is_silent and since_s < STALE_S

    async def _news(self) -> None:
        self._waiter = waiter = at_once.current() or self._loop.create_future()
        try:
            await waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is None or self._is_due:
            return
        if self._turns.are_many_open:
            self._is_due = True
            self._turns.go_on(self._loop, self._go_on)
        else:
            self._go_on()

    def _go_on(self) -> None:
        self._is_due = False
        waiter, self._waiter = self._waiter, None
        if waiter is None:
            return  # it was given up meanwhile
        if isinstance(waiter, AtOnce):
            waiter.on()
        elif not waiter.done():
            waiter.set_result(None)

    def _resume(self) -> None:
        self._is_paused = False
        self._heard = self._loop.time()
        if self._transport is not None and not self.is_lost:
            self._transport.resume_reading()

    def _fail(self, error: httpx.TransportError) -> None:
        if self.error is None:
            self.error = error

    def _look(self) -> None:
        """One timer for a connection's whole life, set anew only when it rings."""
        self._timer = None
        answer = self._answer
        if answer is None or answer.is_complete or self.is_lost:
            return
        left = self._heard + self._patience_s - self._loop.time()
        if self._is_paused:  # it is the client who is slow
            left = self._patience_s
        if left > 0.001:
            self._timer = self._loop.call_later(left, self._look)
            return
        self._fail(httpx.ReadTimeout(f"Nothing came for {self._patience_s:g} s."))
        self._wake()

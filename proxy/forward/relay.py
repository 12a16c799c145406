"""The answer's way back: each chunk to the client first, then to the capture.

Called by `proxy/app.py` once the upstream's response head is there. The last bytes
leave only when the whole exchange is in the journal: what a client has is never lost.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import httpx

from proxy.exchange import HeaderList, Target
from proxy.forward.changes import Changed, Changes
from proxy.forward.client import BrokenAnswer, Client
from proxy.forward.include_usage import UsageChunkStripper
from proxy.forward.outgoing import Outgoing
from proxy.forward.upstream import failure
from proxy.forward.upstream_call import UpstreamAnswer
from proxy.forward.usage_habits import UsageWatcher
from proxy.headers import to_client, value_of
from proxy.journal.live_exchange import LiveExchange
from proxy.wire.sought import Sought
from proxy.wire.stream_types import is_stream
from proxy.wire.terminal import last_pieces
from runs.record import Outcome, Side

# Looked up once: Python 3.11 takes its time to find a member of an enum.
_RESPONSE, _RECEIVED = Side.RESPONSE, Side.RECEIVED
MOST_PASSED = 64 * 1024
"""Bytes of chunks that were passed on and wait to be captured: together they cost one
step, each alone would cost as much."""
CHECKPOINT_S = 2.0
HELD_S = 0.002
"""So long the mark of a stream's end waits for the end itself, which comes with it or
right behind it: both leave as one then, and the journal is written once."""


async def relay(
    answer: UpstreamAnswer,
    target: Target,
    outgoing: Outgoing,
    exchange: LiveExchange,
    client: Client,
) -> None:
    """Pass a whole answer on; raises BrokenAnswer when the upstream breaks off."""
    headers = to_client(answer.headers)
    exchange.answered(answer.status, headers)
    changes = _changes(answer.status, target, outgoing, exchange, headers)
    watcher = outgoing.watcher(headers)
    if not target.fixes:  # they may look at the request
        outgoing.forget_bodies()
    await client.start(answer.status, _framed(headers, answer.status, changes))
    if changes is None and watcher is None:
        body = answer.body.whole()
        if body is not None:  # as of nearly every call that is no stream
            await _pass_whole(body, answer, exchange, client)
            return
    content_type = value_of(headers, b"content-type").decode("latin-1")
    left = _content_length(answer, changes)
    answer.headers.clear()  # nobody asks for them while a long body comes
    ends = last_pieces() if is_stream(content_type) else None
    usage = changes if isinstance(changes, UsageChunkStripper) else None
    way = _Way(changes, usage, watcher, exchange, client, ends, left)
    await _pass_on(answer, way, target, exchange, client)


async def _pass_whole(
    body: bytes, answer: UpstreamAnswer, exchange: LiveExchange, client: Client
) -> None:
    """All of it is here: it leaves in one piece, once the journal has it."""
    if body:
        exchange.clock.tick(len(body))
        exchange.fed(_RESPONSE, body)
    exchange.last_us = exchange.elapsed_us() - answer.body.since_us()
    exchange.finish(Outcome.CLIENT_GONE if client.is_gone else Outcome.COMPLETED)
    await client.end(body)


async def _pass_on(
    answer: UpstreamAnswer,
    way: _Way,
    target: Target,
    exchange: LiveExchange,
    client: Client,
) -> None:
    try:
        way.begin()
        await answer.body.pump(way)
        exchange.last_us = exchange.elapsed_us() - answer.body.since_us()
    except httpx.TransportError as error:
        way.let_go()
        way.settle()
        # The client gets what it would have had without Weir.
        way.write(way.held(is_whole=False))
        await client.drain()
        if client.is_gone:
            exchange.finish(Outcome.CLIENT_GONE)
            return
        reason = failure(error, target, has_begun=True)
        timed_out = isinstance(error, httpx.TimeoutException)
        outcome = Outcome.TIMED_OUT if timed_out else Outcome.INTERRUPTED
        exchange.finish(outcome, reason.message, reason.code)
        raise BrokenAnswer from error
    finally:
        way.close()
        await answer.body.aclose()
    last = way.last + way.held()
    exchange.finish(Outcome.CLIENT_GONE if client.is_gone else Outcome.COMPLETED)
    await client.end(last)


def _changes(
    status: int,
    target: Target,
    outgoing: Outgoing,
    exchange: LiveExchange,
    headers: HeaderList,
) -> Changes | None:
    """What the answer's body goes through on its way to the client."""
    stripper = outgoing.stripper(headers)
    if target.fixes and (fixing := outgoing.fixing(target, status, headers)):
        exchange.fixes = fixing.fixing.reports
        return Changed(fixing, stripper)
    return stripper


@dataclass(slots=True)
class _Way:
    """One answer on its way: what the upstream's bytes are poured into."""

    stripper: Changes | None
    usage: UsageChunkStripper | None
    """`stripper`, if it is nothing else."""
    watcher: UsageWatcher | None
    exchange: LiveExchange
    client: Client
    ends: Sought | None
    """Tells behind which piece of a stream a client may hang up."""
    left: int
    """Bytes to come, or less than 0 when only the end of the stream tells."""
    last: bytes = b""
    """What ends the body; it leaves once the whole exchange is in the journal."""
    _is_new: bool = True
    """Something came since the last checkpoint, if only the head."""
    _due: asyncio.TimerHandle | None = None
    """Until the next one: nothing more may come for long."""
    _holds: asyncio.TimerHandle | None = None
    """Until `last` leaves without its end, which is late."""
    _passed: list[bytes] = field(default_factory=list)
    """Chunks that the client has as they came, not yet captured."""
    _passed_size: int = 0

    def flush(self) -> None:
        self.client.flush()

    @property
    def is_full(self) -> bool:
        return self.client.is_full

    async def drain(self) -> None:
        await self.client.drain()

    def take(self, chunk: bytes) -> bool:
        client, size = self.client, len(chunk)
        if self.last:
            self.let_go()
        self.exchange.clock.tick(size)
        ends = self.ends
        if (usage := self.usage) is not None:
            if usage.is_plain(chunk):  # nearly always
                out, ends = chunk, None
            else:
                out = usage.changed(chunk)
        else:
            out = chunk if self.stripper is None else self.stripper.feed(chunk)
        if self.watcher is not None:
            self.watcher.feed(chunk)
        self.left -= size
        self._is_new = True
        if self.left == 0:
            self.last = out
            self._keep(chunk, out)
        elif ends is not None and ends.is_in(chunk):
            self._keep(chunk, out)
            self._hold(out)
        else:
            if out and not client.is_gone:
                client.write(out)
            else:
                self.write(out)
            if out is chunk and self._passed_size < MOST_PASSED:  # as nearly always
                self._passed.append(chunk)
                self._passed_size += size
            else:
                self._keep(chunk, out)
        return not client.is_full

    def let_go(self) -> None:
        """What was held leaves. Clients hang up as soon as they have it: the capture is
        safe before."""
        if self._holds is None:
            return
        self._holds.cancel()
        self._holds = None
        self._checkpoint()
        out, self.last = self.last, b""
        self.write(out)

    def write(self, out: bytes) -> None:
        if self.client.is_gone:
            return
        if out:
            self.client.write(out)
        else:
            self.client.flush()

    def held(self, *, is_whole: bool = True) -> bytes:
        changes = self.stripper
        if changes is None:
            return b""
        rest = changes.finish() if is_whole else changes.broken_off()
        if rest:
            self.settle()
            self.exchange.fed(_RESPONSE, rest)
        return rest

    def settle(self) -> None:
        """The capture has all that came."""
        if self._passed:
            passed = b"".join(self._passed)
            self._passed.clear()
            self._passed_size = 0
            self._feed(passed, passed)

    def begin(self) -> None:
        """From now on a killed worker leaves what its clients saw CHECKPOINT_S ago."""
        loop = asyncio.get_running_loop()
        self._due = loop.call_later(CHECKPOINT_S, self._look)

    def _look(self) -> None:
        if self._is_new:
            self._checkpoint()
        self.begin()

    def close(self) -> None:
        """Nothing more comes."""
        for timer in (self._holds, self._due):
            if timer is not None:
                timer.cancel()
        self._holds = self._due = None
        self.settle()

    def _hold(self, out: bytes) -> None:
        self.last = out
        loop = asyncio.get_running_loop()
        self._holds = loop.call_later(HELD_S, self.let_go)
        # Nothing to leave: it is held already, and may leave with what has no mark.
        if not out or not self.client.writes_at_once:
            self.let_go()

    def _keep(self, chunk: bytes, out: bytes) -> None:
        self.settle()
        self._feed(chunk, out)

    def _feed(self, chunk: bytes, out: bytes) -> None:
        self.exchange.fed(_RESPONSE, out)
        if self.stripper is not None:
            self.exchange.fed(_RECEIVED, chunk)

    def _checkpoint(self) -> None:
        self._is_new = False
        self.settle()
        self.exchange.checkpoint()


def _framed(headers: HeaderList, status: int, stripper: object) -> HeaderList:
    """Without Content-Length where the body's length changes or there is no body.

    A 304 may name the length that a 200 would have; the ASGI server would wait for it.
    """
    if stripper is None and status not in (204, 304):
        return headers
    return [pair for pair in headers if pair[0].lower() != b"content-length"]


def _content_length(answer: UpstreamAnswer, stripper: object) -> int:
    """Bytes to come, or -1 when only the end of the stream tells."""
    length = value_of(answer.headers, b"content-length")
    return int(length) if length.isdigit() and stripper is None else -1

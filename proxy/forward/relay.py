"""The answer's way back: each chunk to the client first, then to the capture.

Called by `proxy/app.py` once the upstream's response head is there. The last bytes
leave only when the whole exchange is in the journal: what a client has is never lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from proxy.exchange import HeaderList, Target
from proxy.forward.changes import Changed, Changes
from proxy.forward.client import BrokenAnswer, Client
from proxy.forward.outgoing import Outgoing
from proxy.forward.upstream import failure
from proxy.forward.upstream_call import UpstreamAnswer
from proxy.forward.usage_habits import UsageWatcher
from proxy.headers import to_client, value_of
from proxy.journal.live_exchange import LiveExchange
from proxy.wire.stream_types import is_stream
from proxy.wire.terminal import may_be_last
from runs.record import Outcome, Side

# Looked up once: Python 3.11 takes its time to find a member of an enum.
_RESPONSE, _RECEIVED = Side.RESPONSE, Side.RECEIVED


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
    stripper: Changes | None = outgoing.stripper(headers)
    watcher = outgoing.watcher(headers)
    if target.fixes and (fixing := outgoing.fixing(target, answer.status, headers)):
        exchange.fixes = fixing.fixing.reports
        stripper = Changed(fixing, stripper)
    await client.start(answer.status, _framed(headers, answer, stripper))
    way = _Way(answer, headers, stripper, watcher, exchange, client)
    try:
        last = await way.all_but_the_last()
    except httpx.TransportError as error:
        await way.pass_on_held()
        if client.is_gone:
            exchange.finish(Outcome.CLIENT_GONE)
            return
        reason = failure(error, target)
        timed_out = isinstance(error, httpx.TimeoutException)
        outcome = Outcome.TIMED_OUT if timed_out else Outcome.INTERRUPTED
        exchange.finish(outcome, reason.message, reason.code)
        raise BrokenAnswer from error
    finally:
        await answer.body.aclose()
    exchange.finish(Outcome.CLIENT_GONE if client.is_gone else Outcome.COMPLETED)
    await client.end(last)


@dataclass(slots=True)
class _Way:
    """One answer on its way."""

    answer: UpstreamAnswer
    headers: HeaderList
    stripper: Changes | None
    watcher: UsageWatcher | None
    exchange: LiveExchange
    client: Client

    async def all_but_the_last(self) -> bytes:
        """Relays the body but for its last bytes, which it returns."""
        left = _content_length(self.answer, self.stripper)
        content_type = value_of(self.headers, b"content-type").decode("latin-1")
        streams = is_stream(content_type)
        stripper, watcher, exchange = self.stripper, self.watcher, self.exchange
        last = b""
        async for chunk in self.answer.body:
            now = exchange.elapsed_us()
            exchange.clock.tick(now, len(chunk))
            out = stripper.feed(chunk) if stripper else chunk
            if watcher:
                watcher.feed(chunk)
            left -= len(chunk)
            if left == 0:
                last = out
                self._keep(chunk, out)
            elif streams and may_be_last(chunk):
                # Clients hang up as soon as they have it: the capture is safe before.
                self._keep(chunk, out)
                exchange.checkpoint(now, force=True)
                await self._pass_on(out)
            else:
                await self._pass_on(out)
                self._keep(chunk, out)
                exchange.checkpoint(now)
        return last + self._held()

    async def pass_on_held(self) -> None:
        """The answer broke off: the client gets what it would have had without Weir."""
        await self._pass_on(self._held(is_whole=False))

    def _held(self, *, is_whole: bool = True) -> bytes:
        changes = self.stripper
        if changes is None:
            return b""
        rest = changes.finish() if is_whole else changes.broken_off()
        if rest:
            self.exchange.fed(_RESPONSE, rest)
        return rest

    async def _pass_on(self, out: bytes) -> None:
        if out and not self.client.is_gone:
            await self.client.send(out)

    def _keep(self, chunk: bytes, out: bytes) -> None:
        self.exchange.fed(_RESPONSE, out)
        if self.stripper:
            self.exchange.fed(_RECEIVED, chunk)


def _framed(
    headers: HeaderList, answer: UpstreamAnswer, stripper: object
) -> HeaderList:
    """Without Content-Length where the body's length changes or there is no body.

    A 304 may name the length that a 200 would have; the ASGI server would wait for it.
    """
    if stripper is None and answer.status not in (204, 304):
        return headers
    return [pair for pair in headers if pair[0].lower() != b"content-length"]


def _content_length(answer: UpstreamAnswer, stripper: object) -> int:
    """Bytes to come, or -1 when only the end of the stream tells."""
    length = value_of(answer.headers, b"content-length")
    return int(length) if length.isdigit() and stripper is None else -1

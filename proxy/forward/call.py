"""The call of the upstream: sent, and sent again where that is right.

Last step of `proxy/app.py` before the answer. A request is sent twice in two cases
alone: its kept connection died before it gave a byte, and the upstream refused what
Weir had added to it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass

import httpx

from proxy.exchange import NOTHING_ASKED, Target
from proxy.forward.http1.errors import StaleConnection
from proxy.forward.outgoing import Outgoing
from proxy.forward.upstream import Upstream, failure
from proxy.forward.upstream_call import UpstreamAnswer
from proxy.forward.usage_habits import UsageHabits, UsagePlan
from proxy.journal.live_exchange import LiveExchange

_SENT_AGAIN = (
    "Sent again on a new connection: the upstream closed the kept one before it gave a "
    "byte of an answer."
)
_NOT_SENT_AGAIN = (
    "the kept connection was closed before an answer came. It wasn't sent again: its "
    "body had passed through while it came"
)
_WITHOUT_OPTIONS = "Sent again without stream_options: it was refused."


@dataclass(slots=True)
class Call:
    """One request on its way to the upstream."""

    upstream: Upstream
    target: Target
    method: str
    outgoing: Outgoing
    exchange: LiveExchange
    habits: UsageHabits

    async def answer(self, upload: AsyncIterator[bytes] | None) -> UpstreamAnswer:
        """Its head; `upload` is the body that flows through. Raises UpstreamError."""
        answer = await self._sent(upload)
        if self.outgoing.plan is UsagePlan.ASK and answer.status in (400, 422):
            # Some upstreams don't know stream_options: ask again as the client did.
            await answer.body.aclose()
            self.outgoing.take_back_usage()
            self.exchange.notes.append(_WITHOUT_OPTIONS)
            answer = await self._sent(None)
            body = self.outgoing.body
            asked = body.asked if body else NOTHING_ASKED
            self.habits.refused(self.target, asked, answer.status)
        return answer

    async def _sent(self, upload: AsyncIterator[bytes] | None) -> UpstreamAnswer:
        try:
            return await self._send(upload)
        except StaleConnection as error:
            if upload is not None:
                fault = httpx.RemoteProtocolError(_NOT_SENT_AGAIN)
                raise failure(fault, self.target) from error
            self.exchange.notes.append(_SENT_AGAIN)
            return await self._send(None, on_new_connection=True)

    def _send(
        self, upload: AsyncIterator[bytes] | None, *, on_new_connection: bool = False
    ) -> Awaitable[UpstreamAnswer]:
        self.exchange.sends()
        return self.upstream.send(
            self.target,
            self.method,
            self.outgoing.headers,
            # An empty body has been read and must not be awaited.
            upload if self.outgoing.body is None else self.outgoing.content(),
            on_new_connection=on_new_connection,
            lines=self.outgoing.lines,
        )

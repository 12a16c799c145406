"""The proxy: a plain ASGI callable that reads like the way of one request.

`observe/asgi.py` sends proxied traffic here. Nothing of Django's request stack, no ORM
call and no lock stands on this path; what is captured goes to
`proxy/journal/live_exchange.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from proxy.errors import RoutingError, UpstreamError, WeirError, error_answer
from proxy.exchange import NOTHING_ASKED, Inbound, Target
from proxy.forward.admission import Admitted, admit_or_recall, blind, must_see
from proxy.forward.call import Call
from proxy.forward.client import BrokenAnswer, Client, Receive, Send
from proxy.forward.failures import answer_or_next
from proxy.forward.guard import Guard
from proxy.forward.inbound import client_of, is_websocket
from proxy.forward.known_heads import KnownHead, KnownHeads
from proxy.forward.outgoing import prepare
from proxy.forward.relay import relay
from proxy.forward.upload import (
    IN_MEMORY,
    ClientGone,
    declared_size,
    encoding_of,
    may_be_json,
    read_whole,
    see_through,
    stream,
)
from proxy.forward.upstream import Upstream
from proxy.forward.usage_habits import SENTENCES, UsageHabits
from proxy.journal.live_exchange import Capturing, LiveExchange
from proxy.request_body import RequestBody
from proxy.route import model_list
from proxy.route.decision import Decisions
from proxy.route.failing_over import Others
from proxy.scratch import ScratchSpace
from proxy.table.snapshot import TableSnapshot
from runs.record import Outcome, Side

log = logging.getLogger(__name__)

OWN = "weir.own"
"""What `proxy/own_calls/door.py` says of a call; no server puts such a word there."""
_USE_POST = "Use POST: WebSockets are not relayed."


@dataclass(slots=True)
class ProxyApp:
    """One per worker process."""

    routes: TableSnapshot
    upstream: Upstream
    capturing: Capturing
    guard: Guard
    scratch: ScratchSpace
    usage_habits: UsageHabits
    decisions: Decisions = field(default_factory=Decisions)
    heads: KnownHeads = field(default_factory=KnownHeads)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        arrived, kept, known = self.heads.read(scope, self.routes.current)
        exchange = LiveExchange(arrived, self.capturing, scope.get(OWN), kept)
        client = client_of(scope, receive, send, arrived.raw_path)
        try:
            admitted = await admit_or_recall(
                *(known, arrived, exchange, client, self.guard, self.routes),
                *(scope, self.heads),
            )
            if is_websocket(scope):
                # 426 at once: codex then falls back to POST without trying again.
                raise WeirError("WEBSOCKET_NOT_SUPPORTED", _USE_POST)
            if admitted is not None:
                await self._forward(admitted, exchange, client)
        except asyncio.CancelledError:
            self._cancelled(exchange, client)
        except ClientGone:
            if not exchange.has_begun:
                exchange.begin(None, RequestBody())
            exchange.finish(Outcome.CLIENT_GONE)
        except WeirError as error:
            await self._refuse(error, exchange, client)
        except httpx.TransportError as error:
            self._broken(error, exchange)
        except BrokenAnswer:
            raise
        except Exception as error:
            log.exception("forwarding failed")
            fault = WeirError("INTERNAL_ERROR", f"Weir failed: {type(error).__name__}.")
            await self._refuse(fault, exchange, client)
        finally:
            client.unwatch()

    def recall(self, digest: bytes) -> KnownHead | None:
        """What is known of a head by its bytes, while the table of routes stays."""
        if not self.routes.is_fresh():
            return None
        return self.heads.recall(digest, self.routes.current)

    async def _forward(
        self, admitted: Admitted, exchange: LiveExchange, client: Client
    ) -> None:
        if admitted.table.lists_models:
            listed = model_list.told(admitted.address, admitted.inbound, admitted.table)
            if listed is not None:
                await self._list(listed, admitted.inbound, exchange, client)
                return
        asked = exchange.elapsed_us()
        body = await self._read_body(admitted, client)
        exchange.waited_us = exchange.elapsed_us() - asked
        try:
            if body is not None:
                await self._see_through(body, admitted, exchange)
            await self._pass_on(body, admitted, exchange, client)
        except RoutingError as error:
            if body is not None and not exchange.has_begun:
                await exchange.begin_refused(error.code, body)
            raise
        finally:
            if body is not None:
                body.close()  # and with it what was made of it

    async def _list(
        self, listed: bytes, inbound: Inbound, exchange: LiveExchange, client: Client
    ) -> None:
        """The models that routes take, by Weir itself."""
        body = b"" if inbound.method == "HEAD" else listed
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(listed)).encode()),
        ]
        exchange.notes.append(model_list.NOTE)
        exchange.begin(None, RequestBody())
        exchange.answered(200, headers)
        exchange.fed(Side.RESPONSE, body)
        exchange.finish(Outcome.COMPLETED)
        await client.start(200, headers)
        await client.end(body)

    async def _read_body(
        self, admitted: Admitted, client: Client
    ) -> RequestBody | None:
        """The whole body, or None for one that may flow through as it comes."""
        inbound = admitted.inbound
        size = declared_size(inbound.headers)
        small = size is not None and size <= IN_MEMORY
        if not small and not (may_be_json(inbound) and must_see(admitted)):
            return None
        arrived = client.arrived_body(is_small=small)
        return await read_whole(client.receive, self.scratch, arrived)

    async def _see_through(
        self, body: RequestBody, admitted: Admitted, exchange: LiveExchange
    ) -> None:
        known = admitted.known
        encoding = known.encoding if known else encoding_of(admitted.inbound)
        if encoding:
            await see_through(body, encoding, self.scratch)
        if body.unread:
            exchange.notes.append(blind(admitted, body.unread))

    async def _pass_on(
        self,
        body: RequestBody | None,
        admitted: Admitted,
        exchange: LiveExchange,
        client: Client,
    ) -> None:
        inbound, table = admitted.inbound, admitted.table
        asked = body.asked if body else NOTHING_ASKED
        of_head = admitted.known.targets if admitted.known else None
        target = self.decisions.target(admitted.address, inbound, asked, table, of_head)
        others = None
        if target.on_failure and body is not None:  # else it could be sent only once
            others = Others(
                first=target,
                address=admitted.address,
                inbound=inbound,
                asked=asked,
                table=table,
                decisions=self.decisions,
            )
        next_target: Target | None = target
        while next_target is not None:
            next_target = await self._attempt(
                next_target, others, body, admitted, exchange, client
            )

    async def _attempt(
        self,
        target: Target,
        others: Others | None,
        body: RequestBody | None,
        admitted: Admitted,
        exchange: LiveExchange,
        client: Client,
    ) -> Target | None:
        """Where the request goes next, when this failed and its route says so."""
        inbound, masker = admitted.inbound, self.capturing.masker
        head = admitted.known
        known = head.sent(target, inbound, masker) if head else None
        outgoing = prepare(target, inbound.headers, body, self.usage_habits, known)
        exchange.done_about_usage = SENTENCES.get(outgoing.plan, "")
        kept = outgoing.kept(target, masker)
        is_large = exchange.begin(target, body, outgoing.changed, kept)
        upload = self._uploading(target, exchange, client) if body is None else None
        call = Call(
            self.upstream,
            target,
            inbound.method,
            outgoing,
            exchange,
            self.usage_habits,
        )
        tells = None
        try:
            if body is not None:
                if others is None or others.tries == 1:
                    client.watch(cancel=not target.drain)
                if is_large:
                    await exchange.keep(body, outgoing.changed)
            if others is None:
                answer = await call.answer(upload)
            else:
                got = await answer_or_next(call, others, client)
                if isinstance(got, Target):
                    return got
                answer = got
            await relay(answer, target, outgoing, exchange, client)
            tells = outgoing.tells_usage
        finally:
            asked = body.asked if body else NOTHING_ASKED
            self.usage_habits.settle(outgoing.plan, target, asked, tells)
        return None

    async def _uploading(
        self, target: Target, exchange: LiveExchange, client: Client
    ) -> AsyncIterator[bytes]:
        try:
            async for piece in stream(client.receive):
                yield piece
                exchange.fed(Side.REQUEST, piece)
            client.watch(cancel=not target.drain)
        except ClientGone:
            client.is_gone = True
            raise

    async def _refuse(
        self, error: WeirError, exchange: LiveExchange, client: Client
    ) -> None:
        """Weir's own answer, while none has begun; a broken connection otherwise."""
        if client.is_gone:
            exchange.finish(Outcome.CLIENT_GONE)
            return
        headers, body = error_answer(error, client.dialect)
        if not exchange.has_begun:
            await exchange.begin_refused(error.code)
        if not client.has_started:
            exchange.answered(error.status, headers)
            exchange.fed(Side.RESPONSE, body)
        # An answer that had begun breaks off, whatever the reason.
        outcome = Outcome.INTERRUPTED if client.has_started else _outcome(error)
        exchange.finish(outcome, error.message, error.code)
        if client.has_started:
            raise BrokenAnswer from error
        await client.start(error.status, headers)
        await client.end(body)

    def _cancelled(self, exchange: LiveExchange, client: Client) -> None:
        if client.is_gone:
            if (task := asyncio.current_task()) is not None:
                task.uncancel()
            exchange.finish(Outcome.CLIENT_GONE)
            return
        exchange.finish(Outcome.INTERRUPTED, "Weir was stopped.", "SHUTDOWN")
        raise asyncio.CancelledError

    def _broken(self, error: httpx.TransportError, exchange: LiveExchange) -> None:
        exchange.finish(Outcome.INTERRUPTED, str(error))
        raise BrokenAnswer from error


def _outcome(error: WeirError) -> Outcome:
    if error.code == "UPSTREAM_TIMEOUT":
        return Outcome.TIMED_OUT
    if isinstance(error, UpstreamError):
        return Outcome.UPSTREAM_ERROR
    # Weir's own refusals (no such provider, no token) had no upstream to fail.
    return Outcome.COMPLETED

"""What counts as a failure of an upstream, before the client has a byte of an answer.

Asked by `proxy/app.py` for a request whose route names others to be asked then
(`proxy/route/failing_over.py`); of every other one an upstream's failure is the answer.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from proxy.at_once import by_task
from proxy.errors import UpstreamError
from proxy.exchange import Target
from proxy.forward.call import Call
from proxy.forward.client import Client
from proxy.forward.upstream_call import UpstreamAnswer
from proxy.headers import to_client, value_of
from proxy.journal.live_exchange import LiveExchange
from proxy.route.failing_over import Others
from runs.record import Outcome, Side

LONG_WAIT_S = 10.0
"""Clients wait by themselves when a 429 asks for less."""
READING_S = 2.0
KEPT = 64 * 1024
"""Of a failure's body: it is kept to be read, and nobody waits for it."""


def of_answer(answer: UpstreamAnswer) -> str:
    """Why it is one, in few words; "" for an answer that the client gets."""
    if 500 <= answer.status <= 599:
        return f"HTTP {answer.status}"
    if answer.status == 429 and (wait := _wait_s(answer)) >= LONG_WAIT_S:
        return f"HTTP 429, to be asked again in {wait:.0f} s"
    return ""


def of_error(error: UpstreamError) -> str:
    """No connection, or one that ended without an answer. Silence is none: the
    upstream may be at work, and bill for it."""
    if error.code == "UPSTREAM_CONNECTION_FAILED":
        return "no answer"
    is_connecting = isinstance(error.__cause__, httpx.ConnectTimeout)
    return "no connection in time" if is_connecting else ""


async def answer_or_next(
    call: Call, others: Others, client: Client
) -> UpstreamAnswer | Target:
    """The answer for the client; or, of an attempt that failed, is kept and over, where
    the request goes next. Raises UpstreamError as the call does."""
    exchange = call.exchange
    try:
        answer = await call.answer(None)
    except UpstreamError as error:
        why = "" if client.is_gone else of_error(error)
        if not why or (following := others.next(why, exchange.notes)) is None:
            raise
        exchange.goes_on(Outcome.UPSTREAM_ERROR, error.message, error.code)
        return following
    why = "" if client.is_gone else of_answer(answer)
    if not why or (following := others.next(why, exchange.notes)) is None:
        return answer
    await keep(answer, exchange)
    if client.is_gone:  # meanwhile: there is nobody to try it for
        raise asyncio.CancelledError
    exchange.goes_on(Outcome.COMPLETED)
    return following


async def keep(answer: UpstreamAnswer, exchange: LiveExchange) -> None:
    """The answer that the client won't get, in the capture of its own attempt."""
    exchange.answered(answer.status, to_client(answer.headers))
    try:
        await by_task()
        async with asyncio.timeout(READING_S):
            await answer.body.pump(_Kept(exchange))
    except (TimeoutError, httpx.TransportError, _Enough):
        exchange.notes.append("Of the failure's body only the beginning was read.")
    finally:
        await answer.body.aclose()


class _Enough(Exception):
    pass


@dataclass(slots=True)
class _Kept:
    """A sink for a body that nobody waits for."""

    exchange: LiveExchange
    size: int = 0

    def flush(self) -> None:
        pass

    def take(self, piece: bytes) -> bool:
        self.exchange.clock.tick(len(piece))
        self.exchange.fed(Side.RESPONSE, piece)
        self.size += len(piece)
        if self.size > KEPT:
            raise _Enough
        return True

    @property
    def is_full(self) -> bool:
        return False

    async def drain(self) -> None:
        pass


def _wait_s(answer: UpstreamAnswer) -> float:
    """What `Retry-After` says, in seconds or as a date; 0 when it says nothing."""
    told = value_of(answer.headers, b"retry-after").decode("latin-1").strip()
    try:
        if told.replace(".", "", 1).isdecimal():
            return float(told)
        at = parsedate_to_datetime(told)
    except (ValueError, OverflowError):
        return 0.0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return (at - datetime.now(UTC)).total_seconds()

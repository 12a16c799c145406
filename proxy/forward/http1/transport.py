"""Calls over Weir's own connections, kept and taken again.

Used by `proxy/forward/upstream.py`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from proxy.exchange import HeaderList
from proxy.forward.http1.answer import AnswerReader
from proxy.forward.http1.connection import Connection
from proxy.forward.http1.dial import Dialer
from proxy.forward.http1.origin import Origin, origin_of, request_head
from proxy.forward.http1.pool import Pool
from proxy.forward.http1.upload import is_whole, until_answered
from proxy.forward.upstream_call import Sink, UpstreamAnswer, UpstreamRequest
from proxy.headers import value_of


class Http1Transport:
    """All upstreams that are reached straight, or through one forward proxy."""

    def __init__(self, dialer: Dialer) -> None:
        self._dialer = dialer
        self._pool = Pool()

    async def call(self, request: UpstreamRequest) -> UpstreamAnswer:
        """Raises StaleConnection or another httpx.TransportError."""
        origin = origin_of(request.origin)
        connection = None if request.on_new_connection else self._pool.take(origin)
        if connection is None:
            connect_s = request.connect_timeout_s
            connection = await self._dialer.connect(origin, connect_s)
        upload: asyncio.Task[None] | None = None
        body = request.body
        try:
            if isinstance(body, bytes):
                self._send(connection, origin, request, len(body), body)
            else:
                upload = await self._upload(connection, origin, request, body)
            answer = await connection.head()
        except BaseException:
            connection.close()
            raise
        stream = AnswerStream(self._pool, origin, connection, answer, upload)
        return UpstreamAnswer(answer.status, answer.headers, stream)

    async def aclose(self) -> None:
        self._pool.close()

    def _send(
        self,
        connection: Connection,
        origin: Origin,
        request: UpstreamRequest,
        size: int | None,
        body: bytes = b"",
    ) -> None:
        target, headers, head = request.target, request.headers, request.lines
        if (proxy := self._dialer.proxy) is not None:
            target = proxy.target(origin, target)
            headers, head = [*headers, *proxy.headers(origin)], b""
        head = head or request_head(origin, request.method, target, headers, size)
        connection.call(
            head,
            body,
            to_head=request.method == "HEAD",
            patience_s=request.read_timeout_s,
        )

    async def _upload(
        self,
        connection: Connection,
        origin: Origin,
        request: UpstreamRequest,
        pieces: AsyncIterator[bytes],
    ) -> asyncio.Task[None]:
        self._send(connection, origin, request, None)
        in_chunks = not _has_length(request.headers)
        return await until_answered(connection, pieces, in_chunks=in_chunks)


class AnswerStream:
    """The answer's bytes, each read handed on at once, nothing decoded or joined."""

    __slots__ = ("_answer", "_connection", "_origin", "_pool", "_upload")

    def __init__(
        self,
        pool: Pool,
        origin: Origin,
        connection: Connection,
        answer: AnswerReader,
        upload: asyncio.Task[None] | None,
    ) -> None:
        self._pool = pool
        self._origin = origin
        self._connection: Connection | None = connection
        self._answer = answer
        self._upload = upload

    async def pump(self, sink: Sink) -> None:
        assert self._connection is not None
        await self._connection.pump(self._answer, sink)

    def whole(self) -> bytes | None:
        connection = self._connection
        if connection is None or self._upload is not None:
            return None
        body = connection.whole(self._answer)
        if body is not None:
            self._connection = None
            self._pool.give_back(self._origin, connection)
        return body

    def since_us(self) -> int:
        ended_ns = self._answer.ended_ns
        return (time.perf_counter_ns() - ended_ns) // 1000 if ended_ns else 0

    async def aclose(self) -> None:
        """Read to the end, it goes back to the pool; left early, it is closed."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._upload is not None and not is_whole(self._upload):
            # The upstream takes what comes next for the rest of it.
            self._upload.cancel()
            connection.close()
            return
        self._pool.give_back(self._origin, connection)


def _has_length(headers: HeaderList) -> bool:
    return bool(value_of(headers, b"content-length"))

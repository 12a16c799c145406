"""httpx's transport interface over Weir's own connections.

Used by `proxy/forward/upstream.py`. Understands the extensions `target` (the raw
request target), as httpcore does, and `new_connection`: none that was kept will do.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import httpx

from proxy.forward.http1.answer import AnswerReader
from proxy.forward.http1.connection import Connection
from proxy.forward.http1.dial import Dialer
from proxy.forward.http1.origin import Origin, origin_of, request_head
from proxy.forward.http1.pool import Pool
from proxy.forward.http1.upload import UploadStream, until_answered
from proxy.headers import value_of


class Http1Transport(httpx.AsyncBaseTransport):
    """All upstreams that are reached straight, or through one forward proxy."""

    def __init__(self, dialer: Dialer) -> None:
        self._dialer = dialer
        self._pool = Pool()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        origin = origin_of(request.url)
        connection = await self._connection(origin, request)
        upload: asyncio.Task[None] | None = None
        try:
            if isinstance(request.stream, UploadStream):
                upload = await self._uploaded(connection, origin, request)
            else:
                body = b"".join(cast(httpx.ByteStream, request.stream))
                head = self._head(origin, request, len(body))
                _call(connection, head + body, request)
            answer = await connection.head()
        except BaseException:
            connection.close()
            raise
        stream = AnswerStream(self._pool, origin, connection, answer, upload)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=stream, request=request
        )

    async def aclose(self) -> None:
        self._pool.close()

    async def _connection(self, origin: Origin, request: httpx.Request) -> Connection:
        if "new_connection" not in request.extensions:
            kept = self._pool.take(origin)
            if kept is not None:
                return kept
        timeout_s = request.extensions["timeout"]["connect"]
        return await self._dialer.connect(origin, timeout_s)

    async def _uploaded(
        self, connection: Connection, origin: Origin, request: httpx.Request
    ) -> asyncio.Task[None]:
        _call(connection, self._head(origin, request, None), request)
        in_chunks = not value_of(request.headers.raw, b"content-length")
        body = cast(UploadStream, request.stream)
        return await until_answered(connection, body, in_chunks=in_chunks)

    def _head(self, origin: Origin, request: httpx.Request, size: int | None) -> bytes:
        target, headers = request.extensions["target"], request.headers.raw
        if (proxy := self._dialer.proxy) is not None:
            target = proxy.target(origin, target)
            headers = [*headers, *proxy.headers(origin)]
        return request_head(origin, request.method, target, headers, size)


class AnswerStream(httpx.AsyncByteStream):
    """The answer's bytes, each read handed on at once, nothing decoded or joined."""

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

    def __aiter__(self) -> AsyncIterator[bytes]:
        assert self._connection is not None
        return self._connection.body(self._answer)

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._upload is not None and not self._upload.done():
            self._upload.cancel()
            connection.close()
            return
        self._pool.give_back(self._origin, connection)


def _call(connection: Connection, data: bytes, request: httpx.Request) -> None:
    patience_s = request.extensions["timeout"]["read"]
    connection.call(data, to_head=request.method == "HEAD", patience_s=patience_s)

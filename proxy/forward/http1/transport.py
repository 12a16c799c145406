"""httpx's transport interface over Weir's own connections.

Used by `proxy/forward/upstream.py` for every upstream that is reached directly.

A kept connection may be closing while a request is on its way. When it ends without a
byte of an answer, the request goes once more, on a fresh connection (RFC 9112, 9.3.1),
if its body is still there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
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
    """Understands the `target` extension (the raw request target), as httpcore does."""

    def __init__(self, *, refuse: Callable[[str], str | None]) -> None:
        self._dialer = Dialer(refuse)
        self._pool = Pool()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        origin = origin_of(request.url)
        kept = self._pool.take(origin)
        if kept is not None:
            try:
                return await self._ask(kept, origin, request)
            except httpx.RemoteProtocolError as error:
                if not kept.is_silent:
                    raise
                if isinstance(request.stream, UploadStream):
                    raise httpx.RemoteProtocolError(_NOT_AGAIN) from error
        timeout_s = request.extensions["timeout"]["connect"]
        fresh = await self._dialer.connect(origin, timeout_s)
        return await self._ask(fresh, origin, request)

    async def aclose(self) -> None:
        self._pool.close()

    async def _ask(
        self, connection: Connection, origin: Origin, request: httpx.Request
    ) -> httpx.Response:
        upload: asyncio.Task[None] | None = None
        try:
            if isinstance(request.stream, UploadStream):
                upload = await _uploaded(connection, origin, request, request.stream)
            else:
                _sent(connection, origin, request)
            answer = await connection.head()
        except BaseException:
            connection.close()
            raise
        stream = AnswerStream(self._pool, origin, connection, answer, upload)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=stream, request=request
        )


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


_NOT_AGAIN = (
    "The kept connection was closed before a byte of an answer came, and the body, "
    "which was passed on as it came, can't be sent again."
)


def _sent(connection: Connection, origin: Origin, request: httpx.Request) -> None:
    body = b"".join(cast(httpx.ByteStream, request.stream))
    head = _head(origin, request, len(body))
    _call(connection, head + body, request)


async def _uploaded(
    connection: Connection, origin: Origin, request: httpx.Request, body: UploadStream
) -> asyncio.Task[None]:
    _call(connection, _head(origin, request, None), request)
    in_chunks = not value_of(request.headers.raw, b"content-length")
    return await until_answered(connection, body, in_chunks=in_chunks)


def _head(origin: Origin, request: httpx.Request, size: int | None) -> bytes:
    target = request.extensions["target"]
    return request_head(origin, request.method, target, request.headers.raw, size)


def _call(connection: Connection, data: bytes, request: httpx.Request) -> None:
    patience_s = request.extensions["timeout"]["read"]
    connection.call(data, to_head=request.method == "HEAD", patience_s=patience_s)

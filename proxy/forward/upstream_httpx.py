"""A transport of httpx's kind as one of Weir's: the demo model stands behind it.

Used by `proxy/forward/upstream.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import cast

import httpx

from proxy.forward.upstream_call import Sink, UpstreamAnswer, UpstreamRequest

_DEMO = "http://weir-demo"
"""Some address: httpx wants one."""


@dataclass(frozen=True, slots=True)
class HttpxTransport:
    """Calls `inner` with the raw request target as httpcore's extension."""

    inner: httpx.AsyncBaseTransport

    async def call(self, request: UpstreamRequest) -> UpstreamAnswer:
        response = await self.inner.handle_async_request(
            httpx.Request(
                request.method,
                _DEMO,
                headers=request.headers,
                stream=_stream(request.body),
                extensions={"target": request.target},
            )
        )
        body = cast(httpx.AsyncByteStream, response.stream)
        return UpstreamAnswer(response.status_code, response.headers.raw, _Body(body))

    async def aclose(self) -> None:
        await self.inner.aclose()


@dataclass(frozen=True, slots=True)
class _Body:
    stream: httpx.AsyncByteStream

    async def pump(self, sink: Sink) -> None:
        sink.flush()
        async for piece in self.stream:
            if not sink.take(piece):
                await sink.drain()

    def whole(self) -> bytes | None:
        return None

    def since_us(self) -> int:
        return 0  # its end is told by its last piece

    async def aclose(self) -> None:
        await self.stream.aclose()


class _Pieces(httpx.AsyncByteStream):
    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._pieces:
            yield piece


def _stream(body: bytes | AsyncIterator[bytes]) -> httpx.AsyncByteStream:
    return httpx.ByteStream(body) if isinstance(body, bytes) else _Pieces(body)

"""aiohttp's engine behind httpx's transport interface.

Used by `proxy/forward/upstream.py`; about ten times the httpx client's throughput.
httpx-aiohttp offers the same pairing, but re-encodes the URL's path, joins repeated
headers and reports a connection that was closed as a connect timeout.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from functools import lru_cache
from types import TracebackType
from typing import Any

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from proxy.forward.upstream_connection import Connector, header_dict, new_only
from proxy.forward.upstream_errors import translated

_MAX_HEADER = 256 * 1024
_UNASKED = "it changed to another protocol (101), which nobody had asked for"
_AUTOMATIC = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")


class AiohttpTransport(httpx.AsyncBaseTransport):
    """httpx's transport interface over one aiohttp session.

    Understands the `target` extension (the raw request target), as httpcore does, and
    `new_connection`: none that was kept will do.
    """

    def __init__(
        self,
        *,
        refuse: Callable[[str], str | None],
        proxy: str | None = None,
        own: tuple[str, int] | None = None,
    ) -> None:
        self._proxy = proxy
        connector = Connector(
            own,
            limit=0,
            resolver=GuardedResolver(refuse),
            ttl_dns_cache=30,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_AUTOMATIC,
            # Off: it would add credentials from ~/.netrc, and costs two thread hops a
            # request; `environment_proxy` reads HTTPS_PROXY and NO_PROXY instead.
            trust_env=False,
            max_line_size=_MAX_HEADER,
            max_field_size=_MAX_HEADER,
            max_headers=1024,
        )
        # What may be sent twice is decided in proxy/forward/call.py, for all methods.
        self._session._retry_connection = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if "new_connection" not in request.extensions:
            return await self._answer(request)
        token = new_only.set(True)
        try:
            return await self._answer(request)
        finally:
            new_only.reset(token)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        timeout = request.extensions["timeout"]
        with translated_errors:
            response = await self._session._request(
                request.method,
                _url(request),
                headers=header_dict(request.headers.raw),
                data=_payload(request),
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    total=None,
                    sock_connect=timeout["connect"],
                    sock_read=timeout["read"],
                ),
                proxy=self._proxy,
            )
            if response.status == 101:
                response.close()
                raise httpx.RemoteProtocolError(_UNASKED)
        return httpx.Response(
            status_code=response.status,
            headers=response.raw_headers,
            stream=AnswerStream(response),
            request=request,
        )

    async def aclose(self) -> None:
        await self._session.close()


class AnswerStream(httpx.AsyncByteStream):
    """The answer's bytes, each read handed on at once, nothing decoded or joined."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self._is_complete = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        content = self._response.content
        with translated_errors:
            try:
                while chunk := await content.readany():
                    yield chunk
            except aiohttp.ClientError:
                # What came before the break is the client's, too.
                if rest := content._read_nowait(-1):
                    yield rest
                raise
        self._is_complete = True

    async def aclose(self) -> None:
        # An answer that was left early must not go back to the connection pool.
        if self._is_complete:
            self._response.release()
        else:
            self._response.close()


class GuardedResolver(AbstractResolver):
    """Resolves names, and refuses those that lead to link-local or metadata hosts."""

    def __init__(self, refuse: Callable[[str], str | None]) -> None:
        self._refuse = refuse
        self._inner = ThreadedResolver()

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for result in found:
            if reason := self._refuse(result["host"]):
                raise OSError(None, reason)
        return found

    async def close(self) -> None:
        await self._inner.close()


class _TranslatedErrors:
    """aiohttp's exceptions as httpx's, so that callers know one family.

    A class, because a generator's context costs ten times as much a request.
    """

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None and (other := translated(error)):
            raise other from error


translated_errors = _TranslatedErrors()


def _url(request: httpx.Request) -> URL:
    # encoded=True keeps every percent sequence as the client wrote it.
    target = request.extensions["target"].decode("latin-1")
    return URL(f"{_base(request.url)}{target}", encoded=True)


@lru_cache(maxsize=1024)
def _base(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


class UploadStream(httpx.AsyncByteStream):
    """A body that goes up as the client sends it."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self.pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self.pieces:
            yield piece


def _payload(request: httpx.Request) -> Any:
    if isinstance(request.stream, UploadStream):
        return request.stream.pieces
    return b"".join(request.stream) or None  # type: ignore[arg-type]

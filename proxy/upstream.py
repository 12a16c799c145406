"""Sends a request to its upstream and hands the answer over as it arrives.

Last step outward of `proxy/app.py`. One `Upstream` per worker process; aiohttp's engine
behind httpx's transport interface (about ten times the httpx client's throughput).

httpx-aiohttp offers the same pairing, but re-encodes the URL's path, joins repeated
headers and reports a connection that was closed as a connect timeout, so the thirty
lines that differ are here.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from functools import lru_cache
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from proxy.errors import UpstreamError
from proxy.exchange import HeaderList, Target
from proxy.upstream_connection import Connector, header_dict

# Longer than most servers' own idle limit would make reused connections fail.
KEEPALIVE_S = 15.0
_MAX_HEADER = 256 * 1024
_AUTOMATIC = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")


class AiohttpTransport(httpx.AsyncBaseTransport):
    """httpx's transport interface over one aiohttp session.

    Understands the `target` extension (the raw request target), as httpcore does.
    """

    def __init__(
        self, *, refuse: Callable[[str], str | None], proxy: str | None = None
    ) -> None:
        self._proxy = proxy
        connector = Connector(
            limit=0,
            keepalive_timeout=KEEPALIVE_S,
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

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
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


class Upstream:
    """All upstreams of one worker process; a transport for each forward proxy."""

    def __init__(
        self,
        *,
        refuse: Callable[[str], str | None],
        demo: Callable[[], httpx.AsyncBaseTransport],
    ) -> None:
        self._refuse = refuse
        self._demo = demo
        self._transports: dict[str | None, httpx.AsyncBaseTransport] = {}

    async def send(
        self,
        target: Target,
        method: str,
        headers: HeaderList,
        body: bytes | AsyncIterator[bytes] | None,
    ) -> httpx.Response:
        """The upstream's response head; its body is still to be read.

        Raises UpstreamError when there is no response.
        """
        stream = body if isinstance(body, bytes) else _Stream(body) if body else None
        target_bytes = target.path + (b"?" + target.query if target.query else b"")
        request = httpx.Request(
            method,
            _origin(target.origin),
            headers=headers,
            stream=httpx.ByteStream(stream or b"")
            if not isinstance(stream, _Stream)
            else stream,
            extensions={
                "target": target_bytes,
                "timeout": {
                    "connect": target.connect_timeout_s,
                    "read": target.read_timeout_s,
                },
            },
        )
        try:
            return await self._transport(target).handle_async_request(request)
        except httpx.TransportError as error:
            raise failure(error, target) from error

    async def close(self) -> None:
        for transport in self._transports.values():
            await transport.aclose()

    def _transport(self, target: Target) -> httpx.AsyncBaseTransport:
        if target.origin == "demo:":
            key: str | None = target.origin
        else:
            key = target.proxy_url or environment_proxy(target.origin)
        if key not in self._transports:
            self._transports[key] = (
                self._demo()
                if key == "demo:"
                else AiohttpTransport(refuse=self._refuse, proxy=key)
            )
        return self._transports[key]


@lru_cache(maxsize=1024)
def environment_proxy(origin: str) -> str | None:
    """The forward proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name."""
    parts = urlsplit(origin)
    if proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all") or None


def failure(error: Exception, target: Target) -> UpstreamError:
    """What a transport error means for the client, in one sentence."""
    if isinstance(error, httpx.ConnectTimeout):
        wait = f"{target.connect_timeout_s:g} s"
        message = f"No connection to {target.origin} within {wait}."
        return UpstreamError("UPSTREAM_TIMEOUT", message)
    if isinstance(error, httpx.TimeoutException):
        wait = f"{target.read_timeout_s:g} s"
        message = f"{target.origin} sent nothing for {wait}."
        return UpstreamError("UPSTREAM_TIMEOUT", message)
    detail = str(error).strip() or type(error).__name__
    message = f"No answer from {target.origin}: {detail}"
    return UpstreamError("UPSTREAM_CONNECTION_FAILED", message)


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
        if error is not None and (translated := _translated(error)):
            raise translated from error


translated_errors = _TranslatedErrors()


def _translated(error: BaseException) -> httpx.TransportError | None:
    for kinds, translation in _TRANSLATIONS:
        if isinstance(error, kinds):
            return translation(str(error))
    return None


# The first that fits counts.
_TRANSLATIONS: tuple[
    tuple[tuple[type[BaseException], ...], type[httpx.TransportError]], ...
] = (
    ((aiohttp.ConnectionTimeoutError,), httpx.ConnectTimeout),
    ((aiohttp.ServerTimeoutError, TimeoutError), httpx.ReadTimeout),
    ((aiohttp.ClientConnectorError,), httpx.ConnectError),
    ((aiohttp.ClientHttpProxyError,), httpx.ProxyError),
    ((aiohttp.ClientPayloadError,), httpx.ReadError),
    ((aiohttp.ClientError, OSError, ValueError), httpx.RemoteProtocolError),
)


@lru_cache(maxsize=1024)
def _origin(origin: str) -> httpx.URL:
    return httpx.URL("http://weir-demo" if origin == "demo:" else origin)


def _url(request: httpx.Request) -> URL:
    # encoded=True keeps every percent sequence as the client wrote it.
    target = request.extensions["target"].decode("latin-1")
    return URL(f"{_base(request.url)}{target}", encoded=True)


@lru_cache(maxsize=1024)
def _base(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


class _Stream(httpx.AsyncByteStream):
    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self.pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self.pieces:
            yield piece


def _payload(request: httpx.Request) -> Any:
    if isinstance(request.stream, _Stream):
        return request.stream.pieces
    return b"".join(request.stream) or None  # type: ignore[arg-type]

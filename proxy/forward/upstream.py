"""Sends a request to its upstream and hands the answer over as it arrives.

Last step outward of `proxy/app.py`. One `Upstream` per worker process.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import lru_cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from proxy.errors import UpstreamError
from proxy.exchange import HeaderList, Target
from proxy.forward.http1.dial import Dialer
from proxy.forward.http1.errors import LeadsBack, StaleConnection
from proxy.forward.http1.forward_proxy import ForwardProxy
from proxy.forward.http1.transport import Http1Transport
from proxy.forward.upstream_call import (
    Transport,
    UpstreamAnswer,
    UpstreamRequest,
)
from proxy.forward.upstream_httpx import HttpxTransport

_LEADS_BACK = (
    "The upstream %s is this Weir itself: the request would go round for ever. Give "
    "the provider or route the address of the model's own server."
)


class Upstream:
    """All upstreams of one worker process; a transport for each forward proxy."""

    def __init__(
        self,
        *,
        refuse: Callable[[str], str | None],
        demo: Callable[[], httpx.AsyncBaseTransport],
        own: tuple[str, int] | None = None,
    ) -> None:
        """`own`: where this Weir listens, which is no upstream of its own."""
        self._refuse = refuse
        self._demo = demo
        self._own = own
        self._transports: dict[str | None, Transport] = {}

    async def send(
        self,
        target: Target,
        method: str,
        headers: HeaderList,
        body: bytes | AsyncIterator[bytes] | None,
        *,
        on_new_connection: bool = False,
        lines: bytes = b"",
    ) -> UpstreamAnswer:
        """The upstream's response head; its body is still to be read. `lines`: the
        request's head, where it is known already.

        Raises UpstreamError when there is no response, StaleConnection when a kept
        connection was closed before it gave one.
        """
        request = UpstreamRequest(
            origin=target.origin,
            method=method,
            target=target.on_request_line,
            headers=headers,
            body=b"" if body is None else body,
            connect_timeout_s=target.connect_timeout_s,
            read_timeout_s=target.read_timeout_s,
            on_new_connection=on_new_connection,
            lines=lines,
        )
        try:
            return await self._transport(target).call(request)
        except StaleConnection:
            raise
        except httpx.TransportError as error:
            raise failure(error, target) from error

    async def close(self) -> None:
        for transport in self._transports.values():
            await transport.aclose()

    def _transport(self, target: Target) -> Transport:
        if target.origin == "demo:":
            key: str | None = target.origin
        else:
            key = target.proxy_url or environment_proxy(target.origin)
        if key not in self._transports:
            self._transports[key] = self._made(key)
        return self._transports[key]

    def _made(self, key: str | None) -> Transport:
        if key == "demo:":
            return HttpxTransport(self._demo())
        proxy = ForwardProxy.of(key) if key else None
        return Http1Transport(Dialer(self._refuse, self._own, proxy))


@lru_cache(maxsize=1024)
def environment_proxy(origin: str) -> str | None:
    """The forward proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name."""
    parts = urlsplit(origin)
    if proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all") or None


def failure(
    error: Exception, target: Target, *, has_begun: bool = False
) -> UpstreamError:
    """What a transport error means for the client, in one sentence."""
    if isinstance(error, LeadsBack):
        return UpstreamError("UPSTREAM_IS_WEIR", _LEADS_BACK % target.origin)
    if isinstance(error, httpx.ConnectTimeout):
        wait = f"{target.connect_timeout_s:g} s"
        message = f"No connection to {target.origin} within {wait}."
        return UpstreamError("UPSTREAM_TIMEOUT", message)
    if isinstance(error, httpx.TimeoutException):
        wait = f"{target.read_timeout_s:g} s"
        message = f"{target.origin} sent nothing for {wait}."
        return UpstreamError("UPSTREAM_TIMEOUT", message)
    detail = str(error).strip() or type(error).__name__
    origin = target.origin.rstrip(":")
    what = f"{origin}'s answer broke off" if has_begun else f"No answer from {origin}"
    return UpstreamError("UPSTREAM_CONNECTION_FAILED", f"{what}: {detail}")

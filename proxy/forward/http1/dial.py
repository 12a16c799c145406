"""A new connection to an upstream: name resolved, address allowed, TLS verified.

Used by `proxy/forward/http1/transport.py` when none is kept.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import aiohappyeyeballs
import httpx

from proxy.at_once import by_task
from proxy.forward.http1 import errors
from proxy.forward.http1.connection import Connection
from proxy.forward.http1.errors import LeadsBack
from proxy.forward.http1.forward_proxy import ForwardProxy
from proxy.forward.http1.keeping import leads_home
from proxy.forward.http1.origin import Origin

NAMES_S = 30.0
"""How long an answer of the name service is believed."""
MAX_NAMES = 1024
SECOND_FAMILY_S = 0.25
"""RFC 8305: the head start of the first address."""

Addresses = list[tuple[Any, ...]]


@dataclass
class Dialer:
    """One per transport."""

    refuse: Callable[[str], str | None]
    """Why an address must not be called, if it mustn't."""
    own: tuple[str, int] | None = None
    """Where this Weir listens, which is no upstream of its own."""
    proxy: ForwardProxy | None = None
    _names: dict[tuple[str, int], tuple[float, Addresses]] = field(default_factory=dict)

    async def connect(self, origin: Origin, timeout_s: float) -> Connection:
        """Raises httpx.ConnectTimeout, httpx.ConnectError or httpx.ProxyError."""
        try:
            await by_task()
            async with asyncio.timeout(timeout_s):
                if self.proxy is None:
                    return await self._straight(origin)
                return await self._through(self.proxy, origin, timeout_s)
        except TimeoutError as error:
            raise httpx.ConnectTimeout(_told(origin, "timed out")) from error
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(_told(origin, error)) from error

    async def _straight(self, origin: Origin) -> Connection:
        loop = asyncio.get_running_loop()
        addresses = await self._resolve(origin.host, origin.port)
        sock = await aiohappyeyeballs.start_connection(
            addresses, happy_eyeballs_delay=SECOND_FAMILY_S, loop=loop
        )
        try:
            if self._leads_home(sock):
                raise LeadsBack(errors.LEADS_HOME)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _, connection = await loop.create_connection(
                lambda: Connection(loop),
                sock=sock,
                ssl=self._tls if origin.is_tls else None,
                server_hostname=origin.host if origin.is_tls else None,
            )
        except BaseException:
            sock.close()
            raise
        return connection

    async def _through(
        self, proxy: ForwardProxy, origin: Origin, timeout_s: float
    ) -> Connection:
        connection = await self._straight(proxy.origin)
        if not origin.is_tls:
            return connection  # it forwards each request by itself
        try:
            await proxy.open_tunnel(connection, origin, timeout_s)
            inside = await asyncio.get_running_loop().start_tls(
                connection.transport,
                connection,
                self._tls,
                server_hostname=origin.host,
            )
            assert inside is not None
            connection.goes_through(inside)
        except BaseException:
            connection.close()
            raise
        return connection

    async def _resolve(self, host: str, port: int) -> Addresses:
        loop = asyncio.get_running_loop()
        until, found = self._names.get((host, port), (0.0, []))
        if until > loop.time():
            return found
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for *_, address in found:
            if reason := self.refuse(str(address[0])):
                raise OSError(None, reason)
        if len(self._names) >= MAX_NAMES:
            self._names.clear()
        self._names[host, port] = (loop.time() + NAMES_S, found)
        return found

    def _leads_home(self, sock: socket.socket) -> bool:
        if self.own is None:
            return False
        here, there = sock.getsockname(), sock.getpeername()
        return leads_home(here[0], there[0], there[1], self.own)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context


def _told(origin: Origin, error: object) -> str:
    return f"Cannot connect to host {origin.host}:{origin.port} [{error}]"

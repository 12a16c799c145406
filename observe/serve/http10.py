"""Clients that speak HTTP/1.0: `ab`, old load balancers, nginx as it comes.

Used by `observe/serve/protocol.py`. They can't read chunks (RFC 9112 6.1), which
uvicorn sends them: a body without a length ends with the connection here. And they may
say no Host (RFC 9112 3.2); browsers, which a strange name could lead here, always do.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from proxy.forward.client import Send
from proxy.headers import value_of


def with_host(
    headers: list[tuple[bytes, bytes]], server: tuple[str, int | None] | None
) -> None:
    """Adds the address that was called, where the client said none."""
    if server is not None and not value_of(headers, b"host"):
        name, port = server
        shown = f"[{name}]" if ":" in name else name
        headers.append((b"host", f"{shown}:{port}".encode("latin-1")))


class CloseDelimited:
    """An ASGI app whose answers of unknown length end with the connection."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.cycle: RequestResponseCycle | None = None
        """Of the request that it is called for."""

    async def __call__(self, scope: Any, receive: Any, send: Send) -> None:
        cycle = self.cycle
        assert cycle is not None

        is_measured = True

        async def send_plain(message: Any) -> None:
            nonlocal is_measured
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                if not (is_measured := bool(value_of(headers, b"content-length"))):
                    cycle.chunked_encoding = False
            elif not is_measured:
                cycle.expected_content_length = len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, send_plain)
        except BaseException:
            if cycle.response_started:
                _reset(cycle.transport)
            raise


def _reset(transport: asyncio.Transport) -> None:
    """Breaks the connection so that it shows: closed, it would end the answer."""
    if (sock := transport.get_extra_info("socket")) is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()

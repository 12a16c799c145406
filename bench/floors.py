"""What any proxy in Python must cost: the floors that Weir is measured against.

    python -m bench.floors relay PORT UPSTREAM_PORT     bytes from socket to socket
    python -m bench.floors asgi PORT                    an ASGI app that answers itself

Both on uvloop, as Weir's workers; the first reads no HTTP, the second asks nobody.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from proxy.tasks import spawn

BACKLOG = 2048
ANSWER = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"hello"}}]}'


class _Side(asyncio.Protocol):
    """One of two connections; what comes in goes out at the other."""

    def __init__(self) -> None:
        self.transport: Any = None
        self.other: _Side | None = None
        self.early: list[bytes] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self.other is None:
            self.early.append(data)
        else:
            self.other.transport.write(data)

    def connection_lost(self, error: Exception | None) -> None:
        if self.other is not None:
            self.other.transport.close()

    def pause_writing(self) -> None:
        if self.other is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other is not None:
            self.other.transport.resume_reading()


class _Client(_Side):
    """What a client has opened: an upstream connection of its own belongs to it."""

    def __init__(self, upstream_port: int) -> None:
        super().__init__()
        self._upstream_port = upstream_port

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        spawn(self._dial(), "dial")

    async def _dial(self) -> None:
        loop = asyncio.get_running_loop()
        _, side = await loop.create_connection(_Side, "127.0.0.1", self._upstream_port)
        self.other, side.other = side, self
        for data in self.early:
            side.transport.write(data)


async def _relay(port: int, upstream_port: int) -> None:
    loop = asyncio.get_running_loop()
    make = lambda: _Client(upstream_port)  # noqa: E731 - a protocol factory
    # As Weir listens: hundreds connect at once, and who finds no room waits a second.
    server = await loop.create_server(make, "127.0.0.1", port, backlog=BACKLOG)
    await server.serve_forever()


async def _app(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json")]
    headers.append((b"content-length", str(len(ANSWER)).encode()))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": ANSWER})


def main(kind: str, port: int, upstream_port: int = 0) -> None:
    import uvloop

    if kind == "relay":
        uvloop.run(_relay(port, upstream_port))
        return
    import uvicorn

    uvicorn.run(
        _app,
        port=port,
        loop="uvloop",
        http="httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
    )


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))

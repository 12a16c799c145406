"""A provider on a real socket that the SDKs and agents of these tests call.

It answers from the demo model's dialects, so their shapes have one source, and adds
what a provider does around them: compressed answers, request ids, a 429 that passes.
The model's name picks the behaviour as in `proxy/demo/behaviour.py` (`mock-fast`,
`mock-error-404`, `mock-error-stream`, `mock-cut`); `mock-busy-…` answers 429 once.
`provider.calls` keeps what came, and whether its client left early.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
import uvicorn

from proxy.demo.dialects import dialect_for
from proxy.demo.dialects.base import dump
from proxy.demo.transport import DemoTransport

BUSY = re.compile(rb"mock-busy[\w-]*")
Pairs = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class Call:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    gone: threading.Event = field(default_factory=threading.Event)
    """Set when the client left before the answer was whole."""

    @property
    def key(self) -> str:
        """Whatever the client proves itself with."""
        names = ("authorization", "x-api-key", "x-goog-api-key")
        return next((self.headers[name] for name in names if name in self.headers), "")


class Provider:
    """`with Provider() as provider:` listens on a free port until the block ends."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._model = DemoTransport()
        self._refused: set[tuple[str, bytes]] = set()
        config = uvicorn.Config(
            self.app,
            port=0,
            interface="asgi3",
            lifespan="off",
            ws="none",
            proxy_headers=False,
            log_level="critical",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(5)

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        call = await _read(scope, receive)
        self.calls.append(call)
        answering = asyncio.ensure_future(self._answer(scope, call, send))
        leaving = asyncio.ensure_future(_left(receive))
        await asyncio.wait((answering, leaving), return_when="FIRST_COMPLETED")
        leaving.cancel()
        if not answering.done():
            call.gone.set()
            answering.cancel()
            return
        # A broken answer is raised: the server then breaks the connection.
        await answering

    async def _answer(self, scope: Any, call: Call, send: Any) -> None:
        answer = self._refusal(call) or await self._model.handle_async_request(
            httpx.Request(
                call.method,
                f"http://provider{call.path}",
                content=call.body,
                extensions={"target": scope["raw_path"] + _query(scope)},
            )
        )
        packs = "gzip" in call.headers.get("accept-encoding", "")
        head = _head(answer, packs, len(self.calls))
        start = {"type": "http.response.start", "status": answer.status_code}
        await send({**start, "headers": head})
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        packer = Packer() if packs else None
        async for piece in answer.stream:
            data = packer.feed(piece) if packer else piece
            await send({"type": "http.response.body", "body": data, "more_body": True})
        rest = packer.finish() if packer else b""
        await send({"type": "http.response.body", "body": rest})

    def _refusal(self, call: Call) -> httpx.Response | None:
        """426 for a WebSocket, 429 for the first call of a key and `mock-busy-…`."""
        if "upgrade" in call.headers:
            return httpx.Response(426, stream=_Bytes(b"No WebSocket here."))
        found = BUSY.search(call.path.encode() + b" " + call.body)
        dialect = dialect_for(call.method, call.path)
        if found is None or dialect is None or (call.key, found[0]) in self._refused:
            return None
        self._refused.add((call.key, found[0]))
        return httpx.Response(
            429,
            headers={"content-type": "application/json", "retry-after": "1"},
            stream=_Bytes(dump(dialect.error(429, "Too many requests; wait."))),
        )


class Packer:
    """gzip, flushed at each piece, so that a compressed stream still flows."""

    def __init__(self) -> None:
        self._zlib = zlib.compressobj(wbits=31)

    def feed(self, data: bytes) -> bytes:
        return self._zlib.compress(data) + self._zlib.flush(zlib.Z_SYNC_FLUSH)

    def finish(self) -> bytes:
        return self._zlib.flush()


class _Bytes(httpx.AsyncByteStream):
    def __init__(self, data: bytes) -> None:
        self._data = data

    async def __aiter__(self) -> Any:
        yield self._data


async def _read(scope: Any, receive: Any) -> Call:
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = {name.decode(): value.decode("latin-1") for name, value in _pairs(scope)}
    return Call(scope["method"], scope["path"], headers, bytes(body))


def _pairs(scope: Any) -> Iterator[tuple[bytes, bytes]]:
    yield from scope["headers"]


def _query(scope: Any) -> bytes:
    return b"?" + scope["query_string"] if scope["query_string"] else b""


async def _left(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _head(answer: httpx.Response, packs: bool, number: int) -> Pairs:
    dropped = (b"content-length",) if packs else ()
    head = [
        (name, value)
        for name, value in answer.headers.raw
        if name.lower() not in dropped
    ]
    ids = (b"x-request-id", b"request-id")
    head += [(name, b"req_%06d" % number) for name in ids]
    return [*head, (b"content-encoding", b"gzip")] if packs else head

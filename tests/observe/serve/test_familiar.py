"""A head that comes again is recalled by its bytes: the request stays what it was.

With real protocols and parsers, and an application that learns every head at once.
"""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from observe.serve.direct import DirectProtocol
from proxy.forward.known_heads import RAW, RECALLED

HEAD = b"POST /v1/a HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\nX-Key: k\r\n%b\r\n"
BODIES = (b"first", b"", b"x" * 40, b'{"a": 1}\r\n\r\n', b"last")


class Learning:
    """Answers a request once its body is whole; to the server as `observe/asgi.py`."""

    def __init__(self) -> None:
        self.known: dict[bytes, Any] = {}
        self.got: list[tuple[bytes, bytes]] = []
        """Length and body of each request."""
        self.recalled = 0

    def recall(self, digest: bytes) -> Any:
        return self.known.get(digest)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if RECALLED in scope:
            self.recalled += 1
            _, length = scope[RECALLED]
        else:
            length = dict(scope["headers"]).get(b"content-length", b"")
            if RAW in scope:
                inbound = SimpleNamespace(method=scope["method"])
                arrived = SimpleNamespace(path=scope["path"])
                known = SimpleNamespace(inbound=inbound, arrived=arrived)
                self.known[scope[RAW]] = known
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message["body"], message["more_body"]
        self.got.append((length, body))
        headers = [(b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok", "more_body": False})


class Wire(asyncio.Transport):
    """The client's end."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_closed = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"sockname": ("127.0.0.1", 1), "peername": ("127.0.0.1", 2)}.get(
            name, default
        )

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.is_closed

    def close(self) -> None:
        self.is_closed = True

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


def talk(app: Learning, *pieces: bytes) -> Wire:
    return asyncio.run(talking(app, *pieces))


async def talking(app: Learning, *pieces: bytes) -> Wire:
    """One connection, over which the pieces come one after the other."""
    loop, wire = asyncio.get_running_loop(), Wire()
    config = uvicorn.Config(app, log_config=None, proxy_headers=False)
    config.load()
    protocol = DirectProtocol(config, ServerState(), {}, loop)
    protocol.connection_made(wire)
    for piece in pieces:
        if not wire.is_closed:
            protocol.data_received(piece)
        for _ in range(5 * len(BODIES)):  # all that is to be done has been done then
            await asyncio.sleep(0)
    protocol.connection_lost(None)
    return wire


def asked(body: bytes, more: bytes = b"") -> bytes:
    return HEAD % (len(body), more) + body


WANTED = [(str(len(body)).encode(), body) for body in BODIES]


def test_the_same_head_is_parsed_once() -> None:
    app = Learning()
    wire = talk(app, *map(asked, BODIES))
    assert (app.got, app.recalled) == (WANTED, len(BODIES) - 1)
    talk(app, *map(asked, BODIES))
    assert app.recalled == 2 * len(BODIES) - 1, "on a connection of its own as well"
    assert wire.written.count(b"HTTP/1.1 200 OK\r\n") == len(BODIES)


def test_however_its_bytes_come() -> None:
    asyncio.run(cut_everywhere())


async def cut_everywhere() -> None:
    app = Learning()
    everything = b"".join(map(asked, BODIES))
    await talking(app, asked(b"learnt"))
    for at in range(len(everything)):
        for width in (1, 60):
            app.got.clear()
            ends = (at, at + width, len(everything))
            starts = (0, *ends)
            cut = (everything[a:b] for a, b in zip(starts, ends, strict=False))
            wire = await talking(app, *cut)
            assert app.got == WANTED, (at, width)
            assert wire.written.count(b"HTTP/1.1 200 OK\r\n") == len(BODIES)
    assert app.recalled > 100


def test_a_head_in_one_piece_and_its_body_in_others() -> None:
    app = Learning()
    for _ in range(2):
        whole = asked(b"x" * 30)
        talk(app, whole[:-30], whole[-30:-9], whole[-9:] + asked(b"behind"))
    assert app.got == [(b"30", b"x" * 30), (b"6", b"behind")] * 2
    assert app.recalled == 1, "what came behind another was parsed"


@pytest.mark.parametrize(
    "data",
    [
        asked(b"gone", b"Connection: close\r\n"),
        asked(b"wait", b"Expect: 100-continue\r\n"),
        b"POST /v1/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"2\r\nok\r\n0\r\n\r\n",
        b"GET /v1/a HTTP/1.1\r\nHost: h\r\n\r\n",
        HEAD.replace(b"1.1", b"1.0") % (2, b"") + b"ok",
        asked(b"odd", b"Content-Length: 3\r\n"),
        asked(b"odd", b"Transfer-Encoding: chunked\r\n"),
        asked(b"odd", b"bad name: 1\r\n"),
    ],
)
def test_what_says_more_than_its_length_is_parsed_each_time(data: bytes) -> None:
    app, first = Learning(), Wire()
    for number in range(3):
        wire = talk(app, data)
        first = first if number else wire
        assert wire.written == first.written
        assert wire.is_closed == first.is_closed
    assert app.recalled == 0

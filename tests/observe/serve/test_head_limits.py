"""Heads that are too large, have too many fields, or take too long."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from observe.serve import head_limits
from observe.serve.head_limits import MAX_FIELDS, MAX_HEAD
from tests.raw_client import RawClient, request
from tests.server import WeirServer


@pytest.fixture(scope="module")
def weir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeirServer]:
    with WeirServer(tmp_path_factory.mktemp("heads"), "http://127.0.0.1:9/v1") as weir:
        yield weir


def fields(count: int) -> list[str]:
    return [f"x-{number}: 1" for number in range(count)]


def status_of(weir: WeirServer, *headers: str, pieces: int = 1) -> int:
    data = request("GET", "/healthz", *headers)
    size = len(data) // pieces + 1
    with RawClient(weir.address, timeout=20) as client:
        try:
            for at in range(0, len(data), size):
                client.send(data[at : at + size])
        except ConnectionError:
            pass  # it was refused before it was whole
        return client.read_head().status


def test_as_many_fields_as_are_allowed_are(weir: WeirServer) -> None:
    assert status_of(weir, *fields(MAX_FIELDS - 1)) == 200
    assert status_of(weir, *fields(MAX_FIELDS)) == 431


@pytest.mark.parametrize("pieces", [1, 5])
def test_a_head_as_long_as_is_allowed_is(weir: WeirServer, pieces: int) -> None:
    assert status_of(weir, "x-long: " + "v" * (MAX_HEAD - 200), pieces=pieces) == 200
    assert status_of(weir, "x-long: " + "v" * (MAX_HEAD + 200), pieces=pieces) == 431


def test_a_head_without_an_end_is_refused_while_it_comes(weir: WeirServer) -> None:
    with RawClient(weir.address, timeout=20) as client:
        client.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nx-long: ")
        with pytest.raises(ConnectionError):
            client.send(b"v" * (64 << 20))
    assert weir.is_ready()


@pytest.mark.parametrize(
    ("begun", "more"),
    [(b"0\r\nx: ", b"v"), (b"0\r\n", b"x: v\r\n"), (b"3;x=", b"v")],
)
def test_what_stands_around_a_body_has_the_bounds_of_a_head(
    weir: WeirServer, begun: bytes, more: bytes
) -> None:
    head = request("POST", "/v1/x", "Transfer-Encoding: chunked")
    with RawClient(weir.address, timeout=20) as client:
        client.send(head + b"2\r\n{}\r\n" + begun)
        with pytest.raises(ConnectionError):
            client.send(more * ((32 << 20) // len(more)))
    assert weir.is_ready()


def test_a_large_body_is_no_large_head(weir: WeirServer) -> None:
    """On one connection, its pieces with the next head in them."""
    large = request("POST", "/theme", "Content-Type: a/b", body=b"x" * (3 * MAX_HEAD))
    with RawClient(weir.address, timeout=20) as client:
        client.send(large + request("GET", "/healthz"))
        assert client.read_answer("POST").status < 500
        assert client.read_answer().status == 200


class Wire(asyncio.Transport):
    """What a connection was sent, and whether it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.closed = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def write(self, data: Any) -> None:
        if not self.closed:
            self.sent += data

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


async def fed(protocol: Any, pieces: Sequence[bytes]) -> Wire:
    """What it has written a while after the last of the pieces."""
    wire = Wire()
    protocol.connection_made(wire)
    for piece in pieces:
        protocol.data_received(piece)
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)
    return wire


async def slow(*pieces: bytes) -> Wire:
    """A client that sends these and then nothing, for longer than it may."""
    import uvicorn
    from uvicorn.server import ServerState

    from observe.serve.protocol import UpgradeIgnoringProtocol

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    config = uvicorn.Config(app, ws="none", log_config=None, lifespan="off")
    protocol = UpgradeIgnoringProtocol(config, ServerState(), {})
    return await fed(protocol, pieces)


HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n"


@pytest.mark.parametrize(
    ("pieces", "said", "closed"),
    [
        ((), b"", True),
        ((HEAD,), b"HTTP/1.1 408 ", True),
        ((HEAD, b"x-a: 1\r\n"), b"HTTP/1.1 408 ", True),
        ((HEAD + b"\r\n", HEAD), b"HTTP/1.1 408 ", True),
        ((HEAD + b"\r\n",), b"HTTP/1.1 204 ", False),
    ],
)
def test_a_head_that_takes_too_long_is_refused(
    monkeypatch: pytest.MonkeyPatch,
    pieces: tuple[bytes, ...],
    said: bytes,
    closed: bool,
) -> None:
    monkeypatch.setattr(head_limits, "HEAD_S", 0.1)
    wire = asyncio.run(slow(*pieces))
    assert said in wire.sent if said else not wire.sent
    assert wire.closed is closed


QUESTION = b"POST /ask HTTP/1.1\r\nHost: a\r\n%b\r\n"
WHOLE = QUESTION % b"Content-Length: 2\r\n" + b"{}"
BROKEN = QUESTION % b"Transfer-Encoding: chunked\r\n" + b"2\r\n{}\r\n"
ANSWER = (
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
)


async def streamed(pieces: tuple[bytes, ...]) -> Wire:
    """Answers that run while these come, each behind the one before."""
    import uvicorn
    from uvicorn.server import ServerState

    from observe.serve.direct import DirectProtocol

    go_on = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for body, more in (b"one", True), (b"two", False):
            await send({"type": "http.response.body", "body": body, "more_body": more})
            await go_on.wait()

    config = uvicorn.Config(app, ws="none", log_config=None, lifespan="off")
    protocol = DirectProtocol(config, ServerState(), {})
    wire = await fed(protocol, pieces)
    go_on.set()
    await asyncio.sleep(0.05)
    return wire


@pytest.mark.parametrize(
    ("pieces", "answers"),
    [
        ((WHOLE, b"\0\0 garbage\r\n\r\n"), 1),
        ((WHOLE + b"\x16\x03\x01",), 1),
        ((WHOLE, b"GET / HT", b"TP/7\r\n\r\n", WHOLE), 1),
        ((WHOLE, HEAD), 1),  # whose end takes too long
        ((WHOLE, HEAD + b"x: 1\r\n" * (MAX_FIELDS + 1) + b"\r\n"), 1),
        ((WHOLE, WHOLE + b"garbage"), 2),
        ((WHOLE, BROKEN, b"no size"), 1),
        ((WHOLE,), 1),
    ],
)
def test_what_comes_behind_a_request_never_gets_into_its_answer(
    monkeypatch: pytest.MonkeyPatch, pieces: tuple[bytes, ...], answers: int
) -> None:
    monkeypatch.setattr(head_limits, "HEAD_S", 0.1)
    wire = asyncio.run(streamed(pieces))
    assert wire.sent == answers * ANSWER
    assert wire.closed is (pieces != (WHOLE,))


def test_an_answer_breaks_off_where_its_own_request_does() -> None:
    wire = asyncio.run(streamed((BROKEN, b"no size")))
    assert wire.sent == ANSWER[:-13]
    assert wire.closed

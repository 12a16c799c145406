"""A client that speaks HTTP/1.0 gets bodies that it can read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import answers as a
from tests.proxy.conftest import Line
from tests.raw_client import RawClient
from tests.server import WeirServer
from tests.upstream import Upstream, close, pause, send

EVENTS = [b"data: 1\n\n", b"data: [DONE]\n\n"]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with (
        Upstream() as upstream,
        WeirServer(tmp_path_factory.mktemp("http10"), f"{upstream.url}/v1") as weir,
    ):
        yield Line(upstream, weir)


def old(method: str, path: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.0", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def read_all(line: Line, data: bytes) -> tuple[bytes, bytes]:
    """Head and body until the connection ends."""
    with RawClient(line.weir.address, timeout=20) as client:
        client.send(data)
        got = b""
        while piece := client.sock.recv(65536):
            got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    return head.lower(), body


@pytest.mark.parametrize("host", [(), ("Host: localhost",)])
def test_a_stream_ends_with_the_connection(line: Line, host: tuple[str, ...]) -> None:
    path = f"/v1/old/stream{len(host)}/chat/completions"
    line.upstream.on(path, send(a.sse(*EVENTS)))
    head, body = read_all(line, old("POST", path, *host, body=b'{"stream": true}'))
    assert head.startswith(b"http/1.1 200 ")
    assert b"transfer-encoding" not in head
    assert b"connection: close" in head
    assert body == b"".join(EVENTS)
    assert line.weir.finished(path)["outcome"] == "completed"


def test_a_length_is_kept(line: Line) -> None:
    line.upstream.on("/v1/old/length", send(a.whole(b"hello")))
    head, body = read_all(line, old("GET", "/v1/old/length"))
    assert b"content-length: 5" in head
    assert body == b"hello"


def test_an_answer_without_a_body_has_none(line: Line) -> None:
    line.upstream.on("/v1/old/none", send(a.head("204 No Content")))
    head, body = read_all(line, old("GET", "/v1/old/none"))
    assert (head[:13], body) == (b"http/1.1 204 ", b"")


def test_a_stream_that_breaks_does_not_look_whole(line: Line) -> None:
    broken = a.chunked_head("text/event-stream") + a.chunk(EVENTS[0])
    line.upstream.on("/v1/old/broken", send(broken), pause(0.1), close())
    with pytest.raises(ConnectionResetError):
        read_all(line, old("GET", "/v1/old/broken"))


@pytest.mark.parametrize("path", ["/healthz", "/api/runs", "/requests"])
def test_pages_and_api_answer_without_a_host(line: Line, path: str) -> None:
    head, body = read_all(line, old("GET", path))
    assert head.startswith(b"http/1.1 200 ")
    assert b"transfer-encoding" not in head
    assert body


def test_a_newer_client_must_still_say_its_host(line: Line) -> None:
    head, _ = read_all(line, b"GET /v1/x HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert head.startswith(b"http/1.1 403 ")


def test_an_upgrade_that_nobody_offers_is_ignored(line: Line) -> None:
    line.upstream.on("/v1/old/h2c", send(a.sse(*EVENTS)))
    asks = ("Connection: Upgrade", "Upgrade: h2c")
    _, body = read_all(line, old("POST", "/v1/old/h2c", *asks, body=b"{}"))
    assert body == b"".join(EVENTS)

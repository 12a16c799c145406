"""Whoever asks for another protocol beside a call gets the call answered, over 1.1."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import answers as a
from tests.proxy.conftest import Line
from tests.raw_client import RawClient, request
from tests.server import WeirServer
from tests.upstream import Upstream, send

SIZES = [100, 1024 * 1024, 30 * 1024 * 1024]
PATH = "/v1/audio/transcriptions"
H2C = (
    "Connection: Upgrade, HTTP2-Settings",
    "Upgrade: h2c",
    "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA",
)
WEBSOCKET = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)
CURL = shutil.which("curl")


@pytest.fixture(scope="module", params=["uvicorn", "daphne"])
def line(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Line]:
    """Weir on either server."""
    data_dir = tmp_path_factory.mktemp(request.param)
    with Upstream() as upstream:
        flags = ("--server", request.param)
        with WeirServer(data_dir, f"{upstream.url}/v1", *flags) as weir:
            yield Line(upstream, weir)


def body_of(size: int) -> bytes:
    return bytes(range(256)) * (size // 256) + b"x" * (size % 256)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("split", [False, True])
def test_the_body_arrives_whole(line: Line, size: int, split: bool) -> None:
    line.upstream.on(PATH, send(a.whole(b"heard")))
    body = body_of(size)
    asked = request("POST", PATH, "Content-Type: audio/wav", *H2C, body=body)
    head = len(asked) - len(body)
    with RawClient(line.weir.address) as client:
        if split:  # in the midst of a header, and of the body
            client.send(asked[: head - 60])
            time.sleep(0.05)
            client.send(asked[head - 60 : head + 7])
            time.sleep(0.05)
            client.send(asked[head + 7 :])
        else:
            client.send(asked)
        answer = client.read_answer()
        client.send(request("GET", "/healthz"))  # the connection goes on as ever
        assert client.read_answer().status == 200
    assert (answer.status, answer.body, answer.complete) == (200, b"heard", True)
    got = line.upstream.last(PATH)
    assert (got.size, got.sha256) == (size, hashlib.sha256(body).hexdigest())
    assert not [h for h in ("upgrade", "http2-settings", "connection") if got.header(h)]


def test_a_chunked_body_and_a_call_behind_it_arrive(line: Line) -> None:
    line.upstream.on(PATH, send(a.whole(b"heard")))
    head = request("POST", PATH, *H2C, "Transfer-Encoding: chunked")
    with RawClient(line.weir.address) as client:
        client.send(head + a.chunk(b"one") + a.chunk(b"two") + a.LAST_CHUNK)
        assert client.read_answer().body == b"heard"
        client.send(request("POST", PATH, *H2C, body=b"one") * 2)
        assert [client.read_answer().body for _ in range(2)] == [b"heard", b"heard"]
    assert line.upstream.last(PATH).body == b"one"


def test_the_api_gets_its_body(line: Line) -> None:
    body = json.dumps({"name": "asked for h2c"}).encode()
    kind = "Content-Type: application/json"
    with RawClient(line.weir.address, timeout=20) as client:
        client.send(request("POST", "/api/runs", kind, *H2C, body=body))
        answer = client.read_answer()
    assert (answer.status, json.loads(answer.body)["name"]) == (201, "asked for h2c")


@pytest.mark.parametrize("line", ["uvicorn"], indirect=True)
def test_a_tunnel_is_refused(line: Line) -> None:
    with RawClient(line.weir.address, timeout=20) as client:
        client.send(b"CONNECT api.openai.com:443 HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.read_answer().status == 400


@pytest.mark.parametrize("line", ["uvicorn"], indirect=True)
def test_a_call_that_closes_its_connection_is_answered(line: Line) -> None:
    line.upstream.on(PATH, send(a.whole(b"heard")))
    asks = ("Connection: close, Upgrade", "Upgrade: h2c")
    with RawClient(line.weir.address, timeout=20) as client:
        client.send(request("POST", PATH, *asks, body=b"sound"))
        assert client.read_answer().body == b"heard"


@pytest.mark.parametrize("protocol", ["h2c", "TLS/1.0", "h2c, websocket"])
def test_a_call_without_body_is_answered(line: Line, protocol: str) -> None:
    asks = ("Connection: keep-alive, Upgrade", f"Upgrade: {protocol}")
    with RawClient(line.weir.address, timeout=20) as client:
        client.send(request("GET", "/healthz", *asks))
        assert client.read_answer().status == 200


@pytest.mark.parametrize("line", ["uvicorn"], indirect=True)
def test_a_websocket_with_a_body_is_a_call(line: Line) -> None:
    line.upstream.on(PATH, send(a.whole(b"heard")))
    with RawClient(line.weir.address, timeout=20) as client:
        client.send(request("POST", PATH, *WEBSOCKET[:2], body=b"sound"))
        assert client.read_answer().body == b"heard"
    assert line.upstream.last(PATH).body == b"sound"


def test_a_websocket_is_a_websocket(line: Line) -> None:
    host = f"127.0.0.1:{line.weir.address[1]}"
    origin = f"Origin: http://{host}"
    with RawClient(line.weir.address, timeout=20) as client:
        client.send(request("GET", "/ws/live", origin, *WEBSOCKET, host=host))
        assert client.read(64).startswith(b"HTTP/1.1 101 ")


@pytest.mark.skipif(CURL is None, reason="curl is not installed")
@pytest.mark.parametrize("size", SIZES)
def test_curl_asking_for_http2_is_answered(
    line: Line, size: int, tmp_path: Path
) -> None:
    assert CURL is not None
    line.upstream.on(PATH, send(a.whole(b"heard")))
    (tmp_path / "sound").write_bytes(body_of(size))
    command = [CURL, "-sS", "--http2", "--max-time", "60", line.weir.url + PATH]
    command += ["--data-binary", f"@{tmp_path / 'sound'}", "-H", "Content-Type: a/b"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"heard"), done.stderr
    assert line.upstream.last(PATH).size == size

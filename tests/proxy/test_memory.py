"""Bodies of 200 MB pass and are recorded in bounded memory."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests import answers as a
from tests.raw_client import Answer, RawClient, request
from tests.server import WeirServer
from tests.upstream import Peer, Upstream, send, wait_for

pytestmark = pytest.mark.alone
MB = 1024 * 1024
PAGE = os.sysconf("SC_PAGE_SIZE")
SIZE = 200
BAR = 40 * MB
LAST = b"\r\n" + a.LAST_CHUNK
BLOCK = os.urandom(MB)
TEXT = b'data: {"choices": [{"index": 0, "delta": {"content": "%s"}}]}\n\n'
EVENT = TEXT % os.urandom(500).hex().encode()
EVENTS = (EVENT * (MB // len(EVENT))).ljust(MB, b"\n")


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream() as upstream:
        upstream.on("/v1/warm/chat/completions", send(a.as_json(a.CHAT)))
        yield upstream


@pytest.fixture(scope="module")
def weir(
    upstream: Upstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WeirServer]:
    with WeirServer(tmp_path_factory.mktemp("memory"), f"{upstream.url}/v1") as weir:
        warm(weir)
        yield weir


def warm(weir: WeirServer) -> None:
    """What is loaded at the first request counts before the measurement."""
    for size in (100, 3 * MB, 3 * MB):
        body = b'{"model": "m-1", "input": "%s"}' % (b"x" * size)
        upload(weir, "/v1/warm/chat/completions", "application/json", [body])
    weir.wait_recorded(3)


@contextmanager
def peak(weir: WeirServer) -> Iterator[Callable[[], int]]:
    """How far the tree's resident memory rose inside the block."""
    base, highest, stop = weir.rss(), 0, threading.Event()

    def watch() -> None:
        nonlocal highest
        while not stop.wait(0.01):
            highest = max(highest, weir.rss())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield lambda: highest - base
    finally:
        stop.set()
        watcher.join()


def upload(weir: WeirServer, path: str, kind: str, blocks: list[bytes]) -> Answer:
    size = sum(map(len, blocks))
    with RawClient(weir.address, timeout=60) as client:
        headers = (f"Content-Type: {kind}", f"Content-Length: {size}")
        client.send(request("POST", path, *headers))
        for block in blocks:
            client.send(block)
        return client.read_answer("POST")


def download(weir: WeirServer, path: str) -> tuple[int, str]:
    """Bytes of the body's stream (framing included) and the digest of a plain one."""
    digest, size, end = hashlib.sha256(), 0, b""
    with RawClient(weir.address, timeout=60) as client:
        client.send(request("POST", path, body=b'{"stream": true}'))
        answer = client.read_head()
        length = int(answer.header("content-length") or 0)
        while not length or size < length:
            data = client.read(1 << 18)
            size += len(data)
            digest.update(data)
            end = (end + data)[-len(LAST) :]
            if not data or (not length and end == LAST):
                break
    return size, digest.hexdigest()


def pump_whole(peer: Peer) -> None:
    peer.send(
        a.head("200 OK", "Content-Type: audio/mpeg", f"Content-Length: {SIZE * MB}")
    )
    for _ in range(SIZE):
        peer.send(BLOCK)


def pump_stream(peer: Peer) -> None:
    peer.send(a.chunked_head("text/event-stream"))
    for _ in range(SIZE):
        peer.send(a.chunk(EVENTS))
    peer.send(a.LAST_CHUNK)


def true_digest(block: bytes) -> str:
    digest = hashlib.sha256()
    for _ in range(SIZE):
        digest.update(block)
    return digest.hexdigest()


RESPONSES = {
    "/v1/audio/speech": (pump_whole, BLOCK),
    "/v1/big/chat/completions": (pump_stream, EVENTS),
}


@pytest.mark.parametrize("path", RESPONSES)
def test_a_response_of_200_mb(weir: WeirServer, upstream: Upstream, path: str) -> None:
    script, block = RESPONSES[path]
    upstream.on(path, script)
    with peak(weir) as rise:
        size, digest = download(weir, path)
        weir.finished(path, 60)
    assert size >= SIZE * MB
    if path == "/v1/audio/speech":
        assert digest == true_digest(block)
    assert rise() <= BAR
    assert_kept(weir, path, "response", true_digest(block))


def assert_kept(weir: WeirServer, path: str, side: str, digest: str) -> None:
    """The capture is cut, its true size and digest are known."""
    row = weir.finished(path)
    assert (row["is_cut"], row["is_success"]) == (1, 1)
    assert row[f"{side}_bytes"] == SIZE * MB
    sql = "SELECT size, kept, hex(sha256) AS digest FROM runs_body"
    kept = weir.query(sql + " WHERE request_id = ? AND side = ?", row["id"], side)
    assert [(b["size"], b["kept"]) for b in kept] == [(SIZE * MB, 32 * MB)]
    assert kept[0]["digest"].lower() == digest


KINDS = ["application/octet-stream", "multipart/form-data; boundary=x"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_of_200_mb(weir: WeirServer, upstream: Upstream, kind: str) -> None:
    path = f"/v1/files/{kind[:5]}"
    upstream.on(path, send(a.as_json({"ok": True})))
    with peak(weir) as rise:
        answer = upload(weir, path, kind, [BLOCK] * SIZE)
        weir.finished(path, 60)
    assert answer.status == 200
    got = upstream.last(path)
    assert (got.size, got.sha256) == (SIZE * MB, true_digest(BLOCK))
    assert rise() <= BAR
    assert_kept(weir, path, "request", true_digest(BLOCK))


def test_a_json_request_of_200_mb(weir: WeirServer, upstream: Upstream) -> None:
    """Weir must look into this one for its model and may not hold it in memory."""
    path = "/v1/huge/chat/completions"
    upstream.on(path, send(a.as_json(a.CHAT)))
    text = BLOCK.hex().encode()[:MB]
    blocks = [b'{"messages": "', *[text] * (SIZE - 1), b'", "model": "m-late"}']
    with peak(weir) as rise:
        answer = upload(weir, path, "application/json", blocks)
        row = weir.finished(path, 60)
    assert answer.status == 200
    assert upstream.last(path).size == sum(map(len, blocks))
    assert rise() <= BAR
    assert row["request_bytes"] == sum(map(len, blocks))


STREAMS, EACH = 300, 20 * 1024


@pytest.mark.parametrize("path", ["/v1/open/responses", "/v1/open/chat/completions"])
def test_an_open_stream_holds_20_kib(
    weir: WeirServer, upstream: Upstream, path: str
) -> None:
    """Its connections, its head and what has come; the body that was sent is gone, the
    one that asks for the usage as well. (Last: the recorder reads the words of these
    requests for seconds behind it, and would be measured in the others.)"""
    go_on = threading.Event()
    begun = send(a.chunked_head("text/event-stream") + a.chunk(EVENT))
    upstream.on(path, begun, wait_for(go_on), send(a.LAST_CHUNK))
    body = b'{"stream": true, "model": "m-1", "input": "%s"}' % (b"x" * 50_000)
    with ExitStack() as clients:

        def more(count: int) -> int:
            for _ in range(count):
                client = clients.enter_context(RawClient(weir.address, timeout=60))
                client.send(request("POST", path, body=body))
                client.read_head()
            time.sleep(0.5)
            return resident(weir)

        base = more(30)
        grown = more(STREAMS) - base
        assert (b"include_usage" in upstream.last(path).body) is ("chat" in path)
        go_on.set()
    assert grown < STREAMS * EACH, f"{grown / STREAMS / 1024:.1f} KiB each"


def resident(weir: WeirServer) -> int:
    """Bytes of the worker alone."""
    (worker,) = weir.workers()
    return int(Path(f"/proc/{worker}/statm").read_text().split()[1]) * PAGE

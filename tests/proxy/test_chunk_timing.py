"""A chunk leaves when it comes; a client that stops reading stops the upstream."""

from __future__ import annotations

import statistics
import time
from itertools import pairwise

import pytest

from tests import answers as a
from tests.proxy.conftest import Line
from tests.raw_client import Address, RawClient, request
from tests.server import wait_until
from tests.upstream import Peer, Received, Upstream, await_gone, paced

STEP = 0.02
COUNT = 30
PIECES = [b"data: %d\n\n" % number for number in range(COUNT)]
MB = 1024 * 1024


def arrivals(address: Address, path: str) -> list[tuple[float, bytes]]:
    """When each read returned, and what it brought, framing removed."""
    with RawClient(address) as client:
        client.send(request("POST", path, body=b'{"stream": true}'))
        client.read_head()
        found = []
        while data := client.read(65536):
            found.append((time.perf_counter(), data))
            if data.endswith(a.LAST_CHUNK):
                return found
    raise AssertionError("the stream broke")


def gaps(found: list[tuple[float, bytes]]) -> list[float]:
    times = [when for when, data in found if b"data:" in data]
    return [later - sooner for sooner, later in pairwise(times)]


@pytest.mark.parametrize("path", ["/v1/pace/sse", "/v1/chat/completions"])
def test_paced_chunks_arrive_one_by_one(line: Line, path: str) -> None:
    script = paced([a.chunk(piece) for piece in PIECES], STEP)
    line.upstream.on(
        path,
        lambda peer: peer.send(a.chunked_head("text/event-stream")),
        script,
        lambda peer: peer.send(a.LAST_CHUNK),
    )
    found = arrivals(line.weir.address, path)
    carrying = [data for _, data in found if b"data:" in data]
    assert max(data.count(b"data:") for data in carrying) <= 2
    assert len(carrying) >= COUNT - 2
    assert abs(statistics.median(gaps(found)) - STEP) < 0.005


def test_lag_of_a_chunk_is_a_few_milliseconds(line: Line) -> None:
    """The upstream writes its clock into each chunk; the client compares."""

    def clocked(peer: Peer) -> None:
        peer.send(a.chunked_head("text/event-stream"))
        for _ in range(COUNT):
            time.sleep(STEP)
            peer.send(a.chunk(b"data: %.6f\n\n" % time.perf_counter()))
        peer.send(a.LAST_CHUNK)

    line.upstream.on("/v1/pace/clock", clocked)
    lags = [
        when - float(data.split(b"data: ")[-1].split(b"\n")[0])
        for when, data in arrivals(line.weir.address, "/v1/pace/clock")
        if b"data:" in data
    ]
    assert statistics.median(lags) < 0.005


def test_headers_arrive_before_the_first_byte_of_the_body(line: Line) -> None:
    line.upstream.on(
        "/v1/pace/head",
        paced([a.chunked_head("text/event-stream"), a.sse()[-5:]], 0.5),
    )
    with RawClient(line.weir.address) as client:
        start = time.perf_counter()
        client.send(request("GET", "/v1/pace/head"))
        client.read_head()
        assert time.perf_counter() - start < 0.3


def pump(peer: Peer) -> None:
    """200 MB as fast as the other side takes it."""
    peer.sock.settimeout(30)
    peer.send(a.head("200 OK", f"Content-Length: {200 * MB}"))
    for _ in range(200):
        peer.send(bytes(MB))


def settled(got: Received) -> int:
    """How far the upstream came once it can't send any more."""

    def stands() -> bool:
        before = got.sent
        time.sleep(0.3)
        return got.sent == before

    wait_until(stands, "the upstream stands still")
    return got.sent


def test_a_client_that_does_not_read_stops_the_upstream(line: Line) -> None:
    line.upstream.on("/v1/pace/pump", pump)
    before = line.weir.rss()
    with RawClient(line.weir.address) as client:
        client.send(request("GET", "/v1/pace/pump"))
        client.read_head()
        got = line.upstream.last("/v1/pace/pump")
        # What is on the way stands in socket buffers, not in Weir.
        assert settled(got) < 40 * MB
        assert line.weir.rss() - before < 40 * MB


def test_an_upstream_that_does_not_read_stops_the_client(line: Line) -> None:
    line.upstream.on("/v1/pace/upload", await_late, reads_body=False)
    before = line.weir.rss()
    with RawClient(line.weir.address) as client:
        headers = ("Content-Type: audio/wav", f"Content-Length: {200 * MB}")
        client.send(request("POST", "/v1/pace/upload", *headers))
        client.sock.settimeout(0.7)
        assert sent_before_it_blocks(client, 200) < 40 * MB
        assert line.weir.rss() - before < 40 * MB


def sent_before_it_blocks(client: RawClient, megabytes: int) -> int:
    sent = 0
    try:
        while sent < megabytes * MB:
            sent += client.sock.send(bytes(MB))
    except TimeoutError:
        pass
    return sent


def await_late(peer: Peer) -> None:
    """Read nothing for a while, then until the other side leaves."""
    time.sleep(1.2)
    await_gone(5)(peer)


def test_one_slow_reader_does_not_slow_the_others(line: Line) -> None:
    line.upstream.on("/v1/pace/pump", pump)
    line.upstream.on("/v1/pace/quick", lambda peer: peer.send(a.as_json(a.CHAT)))
    with RawClient(line.weir.address) as slow:
        slow.send(request("GET", "/v1/pace/pump"))
        slow.read_head()
        start = time.perf_counter()
        for _ in range(20):
            assert line.through(request("GET", "/v1/pace/quick")).status == 200
        assert time.perf_counter() - start < 2


def test_the_script_itself_is_paced() -> None:
    """The bar is worth nothing if the scripted upstream bunches its chunks."""
    with Upstream() as upstream:
        upstream.on("/x", paced([a.chunked_head("text/event-stream")], 0), _pieces)
        found = arrivals(upstream.address, "/x")
    assert len(found) >= COUNT
    assert abs(statistics.median(gaps(found)) - STEP) < 0.005


def _pieces(peer: Peer) -> None:
    paced([*(a.chunk(piece) for piece in PIECES), a.LAST_CHUNK], STEP)(peer)

"""A chunk leaves when it comes; a client that stops reading stops the upstream."""

from __future__ import annotations

import statistics
import time
from itertools import pairwise

import pytest

from tests import answers as a
from tests.proxy.conftest import Line
from tests.raw_client import Address, RawClient, request
from tests.rounds import least
from tests.server import wait_until
from tests.upstream import Peer, Received, Upstream, await_gone, paced

pytestmark = pytest.mark.alone
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


def carrying(found: list[tuple[float, bytes]]) -> list[tuple[float, bytes]]:
    return [(when, data) for when, data in found if b"data:" in data]


def off_pace(address: Address, path: str) -> float:
    """How far the middle gap between chunks is from the one they were sent with."""
    times = [when for when, _ in carrying(arrivals(address, path))]
    gaps = [later - sooner for sooner, later in pairwise(times)]
    return abs(statistics.median(gaps) - STEP)


@pytest.mark.parametrize("path", ["/v1/pace/sse", "/v1/chat/completions"])
def test_paced_chunks_arrive_one_by_one(line: Line, path: str) -> None:
    script = paced([a.chunk(piece) for piece in PIECES], STEP)
    line.upstream.on(
        path,
        lambda peer: peer.send(a.chunked_head("text/event-stream")),
        script,
        lambda peer: peer.send(a.LAST_CHUNK),
    )

    def bunched() -> float:
        """Reads that are missing, or the most chunks in one: whichever is more."""
        found = carrying(arrivals(line.weir.address, path))
        return max(COUNT - len(found), max(d.count(b"data:") for _, d in found))

    assert least(bunched, 2.5) <= 2
    assert least(lambda: off_pace(line.weir.address, path), 0.005) < 0.005


def test_lag_of_a_chunk_is_a_few_milliseconds(line: Line) -> None:
    """The upstream writes its clock into each chunk; the client compares."""

    def clocked(peer: Peer) -> None:
        peer.send(a.chunked_head("text/event-stream"))
        for _ in range(COUNT):
            time.sleep(STEP)
            peer.send(a.chunk(b"data: %.6f\n\n" % time.perf_counter()))
        peer.send(a.LAST_CHUNK)

    line.upstream.on("/v1/pace/clock", clocked)

    def lag() -> float:
        found = carrying(arrivals(line.weir.address, "/v1/pace/clock"))
        return statistics.median(
            when - float(data.split(b"data: ")[-1].split(b"\n")[0])
            for when, data in found
        )

    assert least(lag, 0.005) < 0.005


def test_headers_arrive_before_the_first_byte_of_the_body(line: Line) -> None:
    line.upstream.on(
        "/v1/pace/head",
        paced([a.chunked_head("text/event-stream"), a.sse()[-5:]], 0.5),
    )

    def waited() -> float:
        with RawClient(line.weir.address) as client:
            start = time.perf_counter()
            client.send(request("GET", "/v1/pace/head"))
            client.read_head()
            return time.perf_counter() - start

    assert least(waited, 0.3) < 0.3


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

        def twenty() -> float:
            start = time.perf_counter()
            for _ in range(20):
                assert line.through(request("GET", "/v1/pace/quick")).status == 200
            return time.perf_counter() - start

        assert least(twenty, 2) < 2


def test_the_script_itself_is_paced() -> None:
    """The bar is worth nothing if the scripted upstream bunches its chunks."""
    with Upstream() as upstream:
        upstream.on("/x", paced([a.chunked_head("text/event-stream")], 0), _pieces)
        assert least(lambda: off_pace(upstream.address, "/x"), 0.005) < 0.005
        assert len(arrivals(upstream.address, "/x")) >= COUNT


def _pieces(peer: Peer) -> None:
    paced([*(a.chunk(piece) for piece in PIECES), a.LAST_CHUNK], STEP)(peer)

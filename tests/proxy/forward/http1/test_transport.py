"""Whole exchanges over a transport: bodies both ways, silence, early answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from proxy.exchange import HeaderList
from proxy.forward.http1.dial import Dialer
from proxy.forward.http1.errors import StaleConnection
from proxy.forward.http1.origin import origin_of
from proxy.forward.http1.transport import Http1Transport
from proxy.forward.upload import ClientGone
from proxy.forward.upstream_call import UpstreamAnswer, UpstreamRequest
from tests import answers
from tests.proxy.forward.sinks import whole
from tests.upstream import Peer, Step, Upstream, close, pause, send

BIG = bytes(range(256)) * 40_000
Scene = Callable[[Http1Transport, str], Awaitable[None]]


def play(scene: Scene, *steps: Step, reads_body: bool = True) -> Upstream:
    with Upstream() as upstream:
        upstream.on("/x", *steps, reads_body=reads_body)

        async def run() -> None:
            transport = Http1Transport(Dialer(lambda address: None))
            await scene(transport, upstream.url)
            await transport.aclose()

        asyncio.run(run())
    return upstream


async def ask(
    transport: Http1Transport,
    url: str,
    body: bytes | AsyncIterator[bytes] = b"",
    *,
    read_s: float = 5,
    headers: HeaderList | None = None,
) -> UpstreamAnswer:
    request = UpstreamRequest(
        origin=url,
        method="POST",
        target=b"/x",
        headers=headers or [(b"host", b"x")],
        body=body,
        connect_timeout_s=5,
        read_timeout_s=read_s,
    )
    return await transport.call(request)


async def read(answer: UpstreamAnswer, slow_s: float = 0.0) -> bytes:
    return await whole(answer.body, slow_s)


async def pieces(*parts: bytes, gap_s: float = 0.0) -> AsyncIterator[bytes]:
    for part in parts:
        await asyncio.sleep(gap_s)
        yield part


def test_a_large_answer_comes_whole_to_a_slow_reader() -> None:
    async def scene(transport: Http1Transport, url: str) -> None:
        answer = await ask(transport, url)
        await asyncio.sleep(0.2)
        assert await read(answer, slow_s=0.001) == BIG

    play(scene, send(answers.whole(BIG)))


def test_a_slow_reader_stops_the_upstream() -> None:
    sent: list[int] = []

    async def scene(transport: Http1Transport, url: str) -> None:
        answer = await ask(transport, url)
        await asyncio.sleep(0.5)
        assert sent == []  # it is still sending
        assert len(await read(answer)) == 8 * len(BIG)

    def step(peer: Peer) -> None:
        peer.send(answers.whole(BIG * 8))
        sent.append(1)

    play(scene, step)


def test_a_body_goes_up_in_chunks_as_it_comes() -> None:
    async def scene(transport: Http1Transport, url: str) -> None:
        answer = await ask(transport, url, pieces(b"ab", b"", b"cd", gap_s=0.01))
        assert (answer.status, await read(answer)) == (200, b"{}")

    [got] = play(scene, send(answers.as_json({}))).received
    assert (got.body, got.header("transfer-encoding")) == (b"abcd", b"chunked")


def test_a_body_of_a_told_length_goes_up_unframed() -> None:
    async def scene(transport: Http1Transport, url: str) -> None:
        told = [(b"host", b"x"), (b"content-length", b"4")]
        answer = await ask(transport, url, pieces(b"ab", b"cd"), headers=told)
        assert await read(answer) == b"{}"

    [got] = play(scene, send(answers.as_json({}))).received
    assert (got.body, got.header("transfer-encoding")) == (b"abcd", None)


def test_an_answer_may_come_before_the_body_has_gone() -> None:
    async def scene(transport: Http1Transport, url: str) -> None:
        endless = pieces(*[b"x" * 10_000] * 500, gap_s=0.01)
        answer = await ask(transport, url, endless)
        assert answer.status == 413
        assert await read(answer) == b"{}"

    no = answers.as_json({}, status="413 Too Large")
    play(scene, send(no), pause(0.2), close(), reads_body=False)


def test_a_client_that_fails_fails_the_request() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"ab"
        raise LookupError("gone")

    async def scene(transport: Http1Transport, url: str) -> None:
        with pytest.raises(LookupError):
            await ask(transport, url, broken())

    play(scene, send(answers.as_json({})))


def test_silence_has_its_bound() -> None:
    async def scene(transport: Http1Transport, url: str) -> None:
        began = time.monotonic()
        with pytest.raises(httpx.ReadTimeout):
            await ask(transport, url, read_s=0.2)
        assert time.monotonic() - began < 2

    play(scene, pause(3), close())


def test_a_kept_connection_is_as_patient_as_each_call() -> None:
    async def scene(transport: Http1Transport, url: str) -> None:
        assert await read(await ask(transport, url, read_s=60)) == b"{}"
        with pytest.raises(httpx.ReadTimeout):
            await asyncio.wait_for(ask(transport, url, read_s=0.2), 2)

    sends = [answers.as_json({})]
    play(scene, lambda peer: peer.send(sends.pop()) if sends else pause(1)(peer))


def test_a_kept_connection_that_dies_is_told_from_a_broken_one() -> None:
    async def scene(transport: Http1Transport, url: str) -> None:
        assert await read(await ask(transport, url)) == b"{}"
        with pytest.raises(StaleConnection):
            await ask(transport, url)
        with pytest.raises(httpx.RemoteProtocolError) as fresh:
            await ask(transport, url)
        assert not isinstance(fresh.value, StaleConnection)

    sends = [answers.as_json({})]
    play(scene, lambda peer: peer.send(sends.pop()) if sends else close()(peer))


def test_an_answer_left_early_takes_its_connection_along() -> None:
    async def scene(transport: Http1Transport, url: str) -> None:
        answer = await ask(transport, url)
        await answer.body.aclose()
        assert await read(await ask(transport, url)) == BIG

    play(scene, send(answers.whole(BIG)))


def test_a_request_that_was_not_sent_whole_takes_its_connection_along() -> None:
    """What came next on it would be taken for the rest of this one's body."""

    async def leaves() -> AsyncIterator[bytes]:
        yield b"A" * 1000
        await asyncio.sleep(0.1)
        raise ClientGone

    async def scene(transport: Http1Transport, url: str) -> None:
        length = [(b"host", b"x"), (b"content-length", b"3000000")]
        answer = await ask(transport, url, leaves(), headers=length)
        began = time.monotonic()
        with pytest.raises(httpx.ReadError):
            await read(answer)
        assert time.monotonic() - began < 2, "nobody waits for the upstream then"
        assert transport._pool.take(origin_of(url)) is None

    answer = answers.chunked_head("text/plain") + answers.chunk(b"first")
    play(scene, send(answer), pause(5), send(answers.LAST_CHUNK), reads_body=False)


def test_nor_does_one_that_failed_once_its_answer_was_whole_give_it_back() -> None:
    async def leaves(is_read: asyncio.Event) -> AsyncIterator[bytes]:
        yield b"A" * 1000
        await is_read.wait()
        raise ClientGone

    async def scene(transport: Http1Transport, url: str) -> None:
        length, is_read = (b"content-length", b"3000000"), asyncio.Event()
        headers = [(b"host", b"x"), length]
        answer = await ask(transport, url, leaves(is_read), headers=headers)
        await asyncio.sleep(0.1)
        is_read.set()
        await asyncio.sleep(0)
        assert await read(answer) == b"{}"
        assert transport._pool.take(origin_of(url)) is None

    play(scene, send(answers.as_json({})), reads_body=False)

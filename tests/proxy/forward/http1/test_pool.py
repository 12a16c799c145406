"""Connections between two calls: kept, taken again, dropped; against a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from proxy.forward.http1.connection import Connection
from proxy.forward.http1.dial import Dialer
from proxy.forward.http1.errors import LeadsBack
from proxy.forward.http1.origin import Origin
from proxy.forward.http1.pool import Pool
from tests import answers
from tests.proxy.forward.sinks import Basin
from tests.upstream import Step, Upstream, close, pause, send

HEAD = b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n"
Scene = Callable[[Origin, Pool], Awaitable[None]]


def play(scene: Scene, *steps: Step) -> None:
    with Upstream() as upstream:
        upstream.on("/x", *steps)
        host, port = upstream.address
        origin = Origin(False, host, port, b"x")

        async def run() -> None:
            pool = Pool()
            await scene(origin, pool)
            pool.close()

        asyncio.run(run())


async def called(origin: Origin, connection: Connection | None = None) -> Connection:
    """A connection whose call is over, its answer read."""
    if connection is None:
        connection = await Dialer(lambda address: None).connect(origin, 5)
    connection.call(HEAD, to_head=False, patience_s=5)
    answer = await connection.head()
    await connection.pump(answer, Basin())
    return connection


def test_a_connection_serves_the_next_call() -> None:
    async def scene(origin: Origin, pool: Pool) -> None:
        first = await called(origin)
        pool.give_back(origin, first)
        assert pool.take(origin) is first
        assert pool.take(origin) is None
        await called(origin, first)

    play(scene, send(answers.as_json({})))


def test_it_serves_no_other_origin() -> None:
    async def scene(origin: Origin, pool: Pool) -> None:
        pool.give_back(origin, await called(origin))
        assert pool.take(origin._replace(host="localhost")) is None
        assert pool.take(origin._replace(is_tls=True)) is None

    play(scene, send(answers.as_json({})))


@pytest.mark.parametrize("header", ["Connection: close", "Keep-Alive: timeout=0"])
def test_one_that_the_server_does_not_keep_is_dropped(header: str) -> None:
    async def scene(origin: Origin, pool: Pool) -> None:
        pool.give_back(origin, await called(origin))
        assert pool.take(origin) is None

    play(scene, send(answers.as_json({}, header)))


def test_one_that_the_server_closes_is_dropped() -> None:
    async def scene(origin: Origin, pool: Pool) -> None:
        pool.give_back(origin, await called(origin))
        await asyncio.sleep(0.3)
        assert pool.take(origin) is None

    play(scene, send(answers.as_json({})), pause(0.1), close())


def test_one_that_is_spoken_to_unasked_is_dropped() -> None:
    async def scene(origin: Origin, pool: Pool) -> None:
        pool.give_back(origin, await called(origin))
        await asyncio.sleep(0.3)
        assert pool.take(origin) is None

    play(scene, send(answers.as_json({})), pause(0.1), send(answers.as_json({})))


def test_one_that_waited_too_long_is_dropped() -> None:
    async def scene(origin: Origin, pool: Pool) -> None:
        pool.give_back(origin, await called(origin))
        await asyncio.sleep(0.7)
        assert pool.take(origin) is None

    play(scene, send(answers.as_json({}, "Keep-Alive: timeout=1")))


def test_an_address_that_is_refused_is_never_called() -> None:
    async def scene(origin: Origin, pool: Pool) -> None:
        with pytest.raises(Exception, match="metadata host"):
            await Dialer(lambda address: "metadata host").connect(origin, 5)

    play(scene)


def test_our_own_listener_is_no_upstream() -> None:
    async def scene(origin: Origin, pool: Pool) -> None:
        own = (origin.host, origin.port)
        with pytest.raises(LeadsBack):
            await Dialer(lambda address: None, own).connect(origin, 5)

    play(scene)

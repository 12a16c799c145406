"""Work that begins at once does what it would do as a task, however it waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from proxy.at_once import AtOnce, by_task, cancellable, current

Log = list[object]
Pause = Callable[[], Awaitable[None]]


class Gate:
    """As a connection to an upstream waits for news."""

    def __init__(self) -> None:
        self.waiter: AtOnce | asyncio.Future[None] | None = None

    async def news(self) -> None:
        self.waiter = current() or asyncio.get_running_loop().create_future()
        try:
            await self.waiter
        finally:
            self.waiter = None

    def open(self) -> None:
        waiter, self.waiter = self.waiter, None
        if isinstance(waiter, AtOnce):
            waiter.on()
        elif waiter is not None:
            waiter.set_result(None)


async def work(log: Log, *pauses: Pause) -> None:
    log.append("begun")
    try:
        for number, pause in enumerate(pauses):
            await pause()
            log.append(number)
    except asyncio.CancelledError:
        log.append("cancelled")
    finally:
        log.append("over")


def begun(log: Log, *pauses: Pause) -> tuple[AtOnce, set[Any]]:
    kept = set[Any]()
    each = AtOnce(work(log, *pauses), kept)
    each.begin()
    return each, kept


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_what_came_is_gone_on_with_before_anything_else() -> None:
    async def test() -> None:
        log, gate = Log(), Gate()
        each, kept = begun(log, gate.news, gate.news)
        assert (log, kept) == (["begun"], {each})
        gate.open()
        assert log == ["begun", 0]
        gate.open()
        assert (log, kept) == (["begun", 0, 1, "over"], set())
        assert len(asyncio.all_tasks()) == 1
        assert current() is None

    asyncio.run(test())


def test_a_task_takes_over_what_waits_for_other_things() -> None:
    async def test() -> None:
        log, gate, event = Log(), Gate(), asyncio.Event()

        async def waits() -> None:
            await event.wait()
            assert current() is None
            assert cancellable() is asyncio.current_task()

        async def limited() -> None:
            await by_task()
            async with asyncio.timeout(60):
                await asyncio.sleep(0)

        _, kept = begun(log, gate.news, limited, waits, gate.news)
        gate.open()
        await turns()
        assert (log, len(kept)) == (["begun", 0, 1], 1)
        event.set()
        await turns()
        gate.open()
        await turns()
        assert (log, kept) == (["begun", 0, 1, 2, 3, "over"], set())

    asyncio.run(test())


async def closed() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("turns_before", [0, 1, 5])
@pytest.mark.parametrize("pause", [closed, Gate().news])
def test_it_is_cancelled_wherever_it_waits(pause: Pause, turns_before: int) -> None:
    async def test() -> None:
        log = Log()
        each, kept = begun(log, pause)
        await turns(turns_before)
        each.cancel()
        await turns()
        assert (log, kept) == (["begun", "cancelled", "over"], set())

    asyncio.run(test())


def test_cancelled_while_it_works_it_hears_of_it_where_it_waits() -> None:
    async def test() -> None:
        for pause in (closed, Gate().news, turns):
            log = Log()

            async def cancels(log: Log = log) -> None:
                work = cancellable()
                assert work is not None
                work.cancel()
                log.append("works on")

            _, kept = begun(log, cancels, pause)
            await turns()
            wanted = ["begun", "works on", 0, "cancelled", "over"]
            assert (log, kept) == (wanted, set())

    asyncio.run(test())


def test_all_that_are_kept_are_cancelled_one_by_one() -> None:
    async def test() -> None:
        logs, kept = [Log() for _ in range(3)], set[Any]()
        for log in logs:
            AtOnce(work(log, Gate().news), kept).begin()
        for each in kept:  # as uvicorn does when it stops
            each.cancel()
        await turns()
        assert (logs, kept) == ([["begun", "cancelled", "over"]] * 3, set())

    asyncio.run(test())


def test_a_waiter_that_is_cancelled_is_woken_by_nobody() -> None:
    async def test() -> None:
        log, gate = Log(), Gate()
        each, _ = begun(log, gate.news)
        each.cancel()
        gate.open()
        await turns()
        assert log == ["begun", "cancelled", "over"]
        each.cancel()
        await turns()
        assert log == ["begun", "cancelled", "over"]

    asyncio.run(test())


def test_one_begins_while_another_takes_a_step() -> None:
    async def test() -> None:
        log, gate, inner = Log(), Gate(), Log()

        async def begins() -> None:
            before = current()
            begun(inner, gate.news)
            assert current() is before

        own = Gate()
        begun(log, begins, own.news)
        assert (inner, log) == (["begun"], ["begun", 0])
        own.open()
        gate.open()
        assert (inner, log) == (["begun", 0, "over"], ["begun", 0, 1, "over"])

    asyncio.run(test())


def test_what_fails_is_over() -> None:
    async def fails() -> None:
        raise ValueError("no")

    async def test() -> None:
        log = Log()
        kept = set[Any]()
        with pytest.raises(ValueError, match="no"):
            AtOnce(work(log, fails), kept).begin()
        assert (log, kept, current()) == (["begun", "over"], set(), None)

    asyncio.run(test())

"""A background task lives until it is done, and its failure is heard of."""

from __future__ import annotations

import asyncio
import gc
import logging
import weakref

import pytest

from proxy import tasks


def test_a_task_that_nobody_holds_is_still_done() -> None:
    """The loop alone would let the collector have it while it waits."""
    done: list[str] = []

    async def work(open_: asyncio.Future[None]) -> None:
        await open_
        done.append("work")

    async def test() -> None:
        gate = asyncio.Future[None]()
        held = weakref.ref(tasks.spawn(work(gate), "held"))
        opened = weakref.ref(gate)
        await asyncio.sleep(0)
        del gate  # now only the task's own frame knows what it waits for
        gc.collect()
        waiting = opened()
        assert waiting is not None
        assert held() is not None
        waiting.set_result(None)
        del waiting
        await asyncio.sleep(0.01)
        gc.collect()
        assert held() is None, "what is over isn't kept"

    asyncio.run(test())
    assert done == ["work"]


def test_a_failure_is_logged_under_the_name_of_the_task(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def work() -> None:
        raise ValueError("no such table")

    async def test() -> None:
        await asyncio.wait({tasks.spawn(work(), "read routes")})
        await asyncio.sleep(0)

    with caplog.at_level(logging.ERROR, logger="proxy.tasks"):
        asyncio.run(test())
    [record] = caplog.records
    assert record.getMessage() == "task read routes failed"
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "no such table"


def test_what_is_cancelled_or_done_is_no_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        return 7

    async def test() -> int:
        gone = tasks.spawn(asyncio.sleep(60), "gone")
        await asyncio.sleep(0)
        gone.cancel()
        done: asyncio.Task[int] = tasks.spawn(work(), "done")
        await done
        assert gone.cancelled()
        return done.result()

    with caplog.at_level(logging.DEBUG, logger="proxy.tasks"):
        assert asyncio.run(test()) == 7
    assert caplog.records == []

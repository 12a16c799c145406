"""Hundreds ask at once: they begin in order, and others' work goes between them."""

from __future__ import annotations

import asyncio
from functools import partial

from observe.serve.turns import AT_ONCE, MANY, Turns

WAITING = 3 * AT_ONCE + 1


async def begun_in_each_turn(streams: int = 0) -> list[list[int]]:
    loop, turns, begun = asyncio.get_running_loop(), Turns(), list[int]()
    turns.open.update(range(streams))
    for number in range(WAITING):
        turns.take(loop, partial(begun.append, number))
    seen = [list(begun)]
    while len(begun) < WAITING:
        await asyncio.sleep(0)
        seen.append(begun[len(sum(seen, list[int]())) :])
    await asyncio.sleep(0)
    turns.take(loop, partial(begun.append, -1))
    assert begun[-1] == -1, "nobody was before it in its turn"
    return seen


def test_a_few_begin_in_each_turn_in_the_order_they_came() -> None:
    seen = asyncio.run(begun_in_each_turn())
    assert [len(each) for each in seen] == [AT_ONCE] * 3 + [1]
    assert sum(seen, list[int]()) == list(range(WAITING))


def test_they_begin_one_at_a_time_where_many_streams_are_open() -> None:
    assert asyncio.run(begun_in_each_turn(MANY)) == asyncio.run(begun_in_each_turn())
    seen = asyncio.run(begun_in_each_turn(MANY + 1))
    assert seen == [[number] for number in range(WAITING)]

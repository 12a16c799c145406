"""Hundreds ask at once: they begin in order, and others' work goes between them."""

from __future__ import annotations

import asyncio
from functools import partial

from observe.serve.turns import AT_ONCE, Turns

WAITING = 3 * AT_ONCE + 1


async def begun_in_each_turn() -> list[list[int]]:
    loop, turns, begun = asyncio.get_running_loop(), Turns(), list[int]()
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

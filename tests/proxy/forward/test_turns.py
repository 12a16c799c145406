"""Hundreds ask at once: they begin in order, and others' work goes between them."""

from __future__ import annotations

import asyncio
from functools import partial

from proxy.forward.turns import AT_ONCE, MANY, Turns, turns_of

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


def test_what_has_begun_goes_ahead_of_what_waits_to_begin() -> None:
    async def order() -> list[str]:
        loop, turns, seen = asyncio.get_running_loop(), Turns(), list[str]()
        turns.open.update(range(MANY + 1))
        assert turns.are_many_open
        for number in range(3):
            turns.take(loop, partial(seen.append, f"begins {number}"))
        for number in range(2):
            turns.go_on(loop, partial(seen.append, f"goes on {number}"))
        for size in (1, 2, 3, 4, 5):
            assert len(seen) == size, "one in each turn"
            await asyncio.sleep(0)
        return seen

    seen = asyncio.run(order())
    assert seen == ["begins 0", "goes on 0", "goes on 1", "begins 1", "begins 2"]


def test_each_event_loop_has_its_own() -> None:
    async def own() -> tuple[Turns, Turns]:
        loop = asyncio.get_running_loop()
        return turns_of(loop), turns_of(loop)

    once, again = asyncio.run(own())
    assert once is again
    assert asyncio.run(own())[0] is not once

"""Guessing gets slower and slower."""

from __future__ import annotations

from observe.pages.attempts import LONGEST_WAIT_S, MOST_KEPT, Attempts


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_first_cost_nothing_and_then_each_doubles_the_wait() -> None:
    clock = Clock()
    attempts = Attempts(free=3, clock=clock)
    waits = []
    for _ in range(12):
        attempts.failed("ann")
        waits.append(attempts.wait_s("ann"))
        clock.now += waits[-1]
        assert attempts.wait_s("ann") == 0
    assert waits[:6] == [0, 0, 1, 2, 4, 8]
    assert waits[-1] == LONGEST_WAIT_S
    assert attempts.wait_s("bob") == 0


def test_it_is_forgotten_after_a_while_and_after_a_success() -> None:
    clock = Clock()
    attempts = Attempts(free=1, clock=clock)
    attempts.failed("ann")
    attempts.succeeded("ann")
    assert attempts.wait_s("ann") == 0
    for _ in range(9):
        attempts.failed("ann")
    clock.now += 1000
    attempts.failed("ann")
    assert attempts.wait_s("ann") == 1


def test_memory_is_bounded_whoever_asks() -> None:
    attempts = Attempts(free=1)
    for number in range(2 * MOST_KEPT + 5):
        attempts.failed(str(number))
    assert len(attempts._tried) <= MOST_KEPT

"""Few steps of requests in one turn of the event loop: others' chunks go between.

`observe/serve/lean.py` begins requests by it, `proxy/forward/http1/connection.py` lets
them go on. The loop runs all that is ready before it looks at its sockets again: where
hundreds of clients ask at once, or hundreds of answers begin or end, an open stream
would wait for all of them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from weakref import WeakKeyDictionary

AT_ONCE = 4
"""Their first steps take under a millisecond."""
MANY = 8
"""Answers that come in pieces: where more are open, requests take one step at a time. A
turn of its own for each costs a tenth of a small call, too much for a few."""

Step = Callable[[], object]


class Turns:
    """One per event loop."""

    __slots__ = ("_begin", "_go_on", "_taken", "open")

    def __init__(self) -> None:
        self._taken = 0
        """Steps of this turn."""
        self._begin: deque[Step] = deque()
        self._go_on: deque[Step] = deque()
        """They go first: chunks behind a head that waits would be joined."""
        self.open: set[object] = set()
        """Connections with an answer that comes in pieces."""

    def take(self, loop: asyncio.AbstractEventLoop, begin: Step) -> None:
        """Now, or in one of the next turns."""
        self._take(loop, begin, self._begin)

    def go_on(self, loop: asyncio.AbstractEventLoop, step: Step) -> None:
        """The same, ahead of all that only begin; while `are_many_open`."""
        self._take(loop, step, self._go_on)

    @property
    def are_many_open(self) -> bool:
        return len(self.open) > MANY

    def _take(
        self, loop: asyncio.AbstractEventLoop, step: Step, waiting: deque[Step]
    ) -> None:
        if self._taken >= self._at_once:
            waiting.append(step)
            return
        if not self._taken:
            loop.call_soon(self._next, loop)
        self._taken += 1
        step()

    @property
    def _at_once(self) -> int:
        return 1 if self.are_many_open else AT_ONCE

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        first, then = self._go_on, self._begin
        self._taken = min(len(first) + len(then), self._at_once)
        if self._taken:
            loop.call_soon(self._next, loop)
            for _ in range(self._taken):
                (first or then).popleft()()


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()


def turns_of(loop: asyncio.AbstractEventLoop) -> Turns:
    return _turns.setdefault(loop, Turns())

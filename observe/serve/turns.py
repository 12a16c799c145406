"""Begins few requests in one turn of the event loop, so that others' chunks go between.

Used by `observe/serve/lean.py`. The loop runs all that is ready before it looks at its
sockets again: where hundreds of clients ask at once, an open stream would wait for the
first steps of all of them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

AT_ONCE = 4
"""Their first steps take under a millisecond."""

Begin = Callable[[], object]


class Turns:
    """One per event loop."""

    __slots__ = ("_begun", "_waiting")

    def __init__(self) -> None:
        self._begun = 0
        """In this turn."""
        self._waiting: deque[Begin] = deque()

    def take(self, loop: asyncio.AbstractEventLoop, begin: Begin) -> None:
        """Now, or in one of the next turns."""
        if self._begun == AT_ONCE:
            self._waiting.append(begin)
            return
        if not self._begun:
            loop.call_soon(self._next, loop)
        self._begun += 1
        begin()

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        waiting = self._waiting
        self._begun = min(len(waiting), AT_ONCE)
        if self._begun:
            loop.call_soon(self._next, loop)
            for _ in range(self._begun):
                waiting.popleft()()

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
MANY = 8
"""Answers that come in pieces: where more are open, requests begin one at a time. A
turn of its own for each costs a tenth of a small call, too much for a few."""

Begin = Callable[[], object]


class Turns:
    """One per event loop."""

    __slots__ = ("_begun", "_waiting", "open")

    def __init__(self) -> None:
        self._begun = 0
        """In this turn."""
        self._waiting: deque[Begin] = deque()
        self.open: set[object] = set()
        """Connections with an answer that comes in pieces."""

    def take(self, loop: asyncio.AbstractEventLoop, begin: Begin) -> None:
        """Now, or in one of the next turns."""
        if self._begun >= self._at_once:
            self._waiting.append(begin)
            return
        if not self._begun:
            loop.call_soon(self._next, loop)
        self._begun += 1
        begin()

    @property
    def _at_once(self) -> int:
        return 1 if len(self.open) > MANY else AT_ONCE

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        waiting = self._waiting
        self._begun = min(len(waiting), self._at_once)
        if self._begun:
            loop.call_soon(self._next, loop)
            for _ in range(self._begun):
                waiting.popleft()()

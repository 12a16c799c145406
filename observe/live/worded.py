"""Which changed requests a page that asks for words can be told of by now.

Words are indexed behind their request, in the recorder's own time: told at once, a page
would look for what can't be found yet. Used by `observe/live/consumers.py`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from runs.text import index, search

EVERY_S = 0.5
"""How often is looked how far the index has come."""
LONGEST_S = 120.0
"""Then they are told as they are: one that never ends has words that never come."""


class Worded:
    """Changed requests of one page, until their words are indexed."""

    def __init__(self) -> None:
        self._until: dict[int, float] = {}

    def __bool__(self) -> bool:
        """Some are waited for."""
        return bool(self._until)

    def add(self, ids: Iterable[int]) -> None:
        until = time.monotonic() + LONGEST_S
        for pk in ids:
            self._until.setdefault(pk, until)

    def take(self) -> list[int]:
        """Those that can be looked for. In a thread: it asks the database."""
        now = time.monotonic()
        there = index.position() or index.Position()
        is_off = not search.is_on()
        ready = sorted(
            pk
            for pk, until in list(self._until.items())  # more come meanwhile
            if is_off or there.has(pk) or until < now
        )
        for pk in ready:
            del self._until[pk]
        return ready

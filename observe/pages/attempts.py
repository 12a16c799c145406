"""How long whoever guesses has to wait before the next guess. Pure.

Kept by `login.py`, in the memory of each worker: it slows down a guesser, and a
restart forgives.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST_WAIT_S = 60.0
FORGOTTEN_AFTER_S = 900.0
MOST_KEPT = 10_000


@dataclass(slots=True)
class _Tried:
    times: int = 0
    last: float = 0.0


@dataclass(slots=True)
class Attempts:
    """Wrong ones by what they had in common: a name, or an address."""

    free: int
    """So many cost nothing; then each doubles the wait, from a second on."""
    clock: Callable[[], float] = time.monotonic
    _tried: dict[str, _Tried] = field(default_factory=dict)

    def wait_s(self, key: str) -> float:
        """Until `key` may be tried again; 0 when it may now."""
        tried = self._tried.get(key)
        if tried is None or tried.times < self.free:
            return 0.0
        wait = min(2.0 ** (tried.times - self.free), LONGEST_WAIT_S)
        return max(tried.last + wait - self.clock(), 0.0)

    def failed(self, key: str) -> None:
        now = self.clock()
        if len(self._tried) >= MOST_KEPT:
            self._forget(now)
        tried = self._tried.setdefault(key, _Tried())
        if now - tried.last > FORGOTTEN_AFTER_S:
            tried.times = 0
        tried.times += 1
        tried.last = now

    def succeeded(self, key: str) -> None:
        self._tried.pop(key, None)

    def _forget(self, now: float) -> None:
        """The old ones; all, should none be old: memory is bounded whoever asks."""
        kept = {
            key: tried
            for key, tried in self._tried.items()
            if now - tried.last <= FORGOTTEN_AFTER_S
        }
        self._tried = kept if len(kept) < MOST_KEPT else {}

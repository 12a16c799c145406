"""Whether a process still does what it is for: it tells so again and again.

`observe/serve/pages.py` beats, `observe/serve/child.py` looks. Who waits for a page
waits for a process that hangs, and nothing would end it: it isn't dead.
"""

from __future__ import annotations

import mmap
import time

BEAT_S = 1.0
LONGEST_S = 30.0
"""Without a beat: no machine is so busy, and nobody waits longer for a page."""
_MOST_S = 1.0
"""What one look may add: who looks may have been stopped as well."""
_SIZE = 8


class Pulse:
    """Made before the process is forked, and there for the next one, too."""

    def __init__(self) -> None:
        self._beats = mmap.mmap(-1, _SIZE)
        """Their number, in memory of both."""
        self._seen = b""
        self._looked = self._silent_s = 0.0

    def beat(self) -> None:
        number = int.from_bytes(self._beats[:_SIZE], "little")
        self._beats[:_SIZE] = (number + 1).to_bytes(_SIZE, "little")

    def restart(self) -> None:
        """A process begins."""
        self._seen, self._silent_s = b"", 0.0

    def has_stopped(self) -> bool:
        """Asked again and again."""
        now, beats = time.monotonic(), self._beats[:_SIZE]
        since, self._looked = now - self._looked, now
        if beats != self._seen:
            self._seen, self._silent_s = beats, 0.0
        else:
            self._silent_s += min(since, _MOST_S)
        return self._silent_s > LONGEST_S

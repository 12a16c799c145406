"""What changes an answer on its way to the client, one behind the other.

`proxy/forward/relay.py` asks it: fixes first, then the usage chunk that Weir asked
for is taken out. Nearly every answer has neither. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Changes(Protocol):
    """`feed` the upstream's bytes, get the client's."""

    def feed(self, chunk: bytes) -> bytes: ...

    def finish(self) -> bytes:
        """What was held, at the end of the answer."""
        ...

    def broken_off(self) -> bytes:
        """The same where the upstream broke off: nothing is added, no end invented."""
        ...


@dataclass(frozen=True, slots=True)
class Changed:
    """Two of them in a row; the second may be missing."""

    first: Changes
    second: Changes | None

    def feed(self, chunk: bytes) -> bytes:
        out = self.first.feed(chunk)
        return self.second.feed(out) if self.second else out

    def finish(self) -> bytes:
        out = self.first.finish()
        if self.second is None:
            return out
        return self.second.feed(out) + self.second.finish()

    def broken_off(self) -> bytes:
        out = self.first.broken_off()
        if self.second is None:
            return out
        return self.second.feed(out) + self.second.broken_off()

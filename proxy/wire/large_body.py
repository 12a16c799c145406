"""Reads the outer members of a JSON body that is too large to be decoded at once.

`reading.py` goes over to it beyond `LARGE`. Model and usage stand near the beginning or
the end of an answer, so both ends are kept and the middle is only walked over. Pure.
"""

from __future__ import annotations

from proxy.json_scan import TopLevelScanner
from proxy.wire.lenient import NotJson, Record, load

LARGE = 8 * 1024 * 1024
"""Bytes of an unstreamed body that are decoded whole."""

_HEAD = 64 * 1024
_TAIL = 256 * 1024


class LargeBody:
    """`feed` the body in pieces; `members` are those that lie in its two ends."""

    def __init__(self) -> None:
        self._scanner = TopLevelScanner()
        self._head = bytearray()
        self._tail = bytearray()
        self._size = 0

    def feed(self, piece: bytes) -> None:
        self._scanner.feed(piece)
        self._head += piece[: max(_HEAD - len(self._head), 0)]
        self._tail += piece[-_TAIL:]
        if len(self._tail) > 2 * _TAIL:
            del self._tail[:-_TAIL]
        self._size += len(piece)

    def members(self) -> Record:
        """Name and value of each small member that was found."""
        found: Record = {}
        for name, span in self._scanner.spans.items():
            raw = self._between(span.start, span.end)
            try:
                found[name] = load(raw)
            except NotJson:
                continue
        return found

    def _between(self, start: int, end: int) -> bytes:
        if end <= len(self._head):
            return bytes(self._head[start:end])
        tail_start = self._size - len(self._tail)
        if start >= tail_start:
            return bytes(self._tail[start - tail_start : end - tail_start])
        return b""

"""When the bytes of an answer came, from packed chunk times.

Called by the timing tab and by the events view. Pure.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Chunk:
    at_ms: float
    size: int


def read_chunks(packed: bytes) -> list[Chunk]:
    """Unpacks `ExchangeRecord.chunk_times`; a torn end is ignored."""
    whole = packed[: len(packed) // 8 * 8]
    return [Chunk(us / 1000, size) for us, size in struct.iter_unpack("<II", whole)]


class Clock:
    """Tells when the n-th byte of an answer had come."""

    def __init__(self, chunks: list[Chunk]) -> None:
        self._times = [chunk.at_ms for chunk in chunks]
        self._ends = list(accumulate(chunk.size for chunk in chunks))

    def at(self, byte_count: int) -> float | None:
        """Milliseconds until `byte_count` bytes were there; None past the record."""
        index = bisect_left(self._ends, byte_count)
        return self._times[index] if index < len(self._times) else None

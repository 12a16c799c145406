"""What the chunk times of an answer tell: first content, gaps, speed. Pure.

Read by `proxy/recording/assemble.py`.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import median

# Too few chunks or too short a time say nothing about the speed of generation.
_FEWEST_CHUNKS = 8
_SHORTEST_MS = 100.0


@dataclass(frozen=True, slots=True)
class Timing:
    """What the chunk times of an answer tell."""

    ttft_ms: float | None = None
    gap_median_ms: float | None = None
    gap_max_ms: float | None = None


def timing_of(packed: bytes, content_offset: int | None) -> Timing:
    if not packed:
        return Timing()
    numbers = struct.unpack(f"<{len(packed) // 4}I", packed)
    times, sizes = numbers[::2], numbers[1::2]
    first = 0
    if content_offset is not None:
        ends = list(accumulate(sizes))
        first = min(bisect_left(ends, content_offset), len(times) - 1)
    gaps = [later - sooner for sooner, later in pairwise(times)]
    return Timing(
        ttft_ms=times[first] / 1000,
        gap_median_ms=median(gaps) / 1000 if gaps else None,
        gap_max_ms=max(gaps) / 1000 if gaps else None,
    )


def output_rate(
    output_tokens: int | None, duration_ms: float, chunks: int, ttft: float | None
) -> float | None:
    """Output tokens per second of generation, or of the whole where that can't be
    told apart; `chunks` is 0 for an answer that isn't streamed."""
    if not output_tokens or not duration_ms:
        return None
    generating = duration_ms - (ttft or 0.0)
    if chunks >= _FEWEST_CHUNKS and generating > _SHORTEST_MS:
        return output_tokens / (generating / 1000)
    return output_tokens / (duration_ms / 1000)

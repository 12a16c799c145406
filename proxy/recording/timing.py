"""When an answer's content came: first token, first output, gaps, end, speed. Pure.

Read by `proxy/recording/assemble.py`. The words and formulas are those of AIPerf's
metrics reference (docs.nvidia.com/aiperf): TTFT is the first chunk with content, TTFO
the first with content that isn't reasoning, ICL the time between chunks with content,
ITL = (latency - TTFT) / (tokens - 1), and output tokens per second are 1 / ITL. All are
of streams; where the formula has no answer, there is none.
"""

from __future__ import annotations

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise, repeat
from operator import sub

from pricing.values import dataclass
from proxy.wire.base import ResponseFacts
from runs.decoding import decoded_ends
from runs.record import CapturedBody


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """In ms since the request's start; None where it isn't known."""

    ttft_ms: float | None = None
    ttfo_ms: float | None = None
    end_ms: float | None = None
    """When the terminal event was there; None without one."""
    gap_median_ms: float | None = None
    gap_max_ms: float | None = None


_NOT_TIMED = Timing()
_MANY = 4
"""Pieces of content to a chunk: then it is asked of each chunk what it holds."""


class Arrivals:
    """Tells when the n-th decoded byte of an answer had come."""

    def __init__(self, packed: bytes, body: CapturedBody | None) -> None:
        numbers = struct.unpack(f"<{len(packed) // 4}I", packed)
        self._times, sizes = numbers[::2], numbers[1::2]
        self._ends: Sequence[int] = list(accumulate(sizes))
        if body is not None and body.content_encoding:
            pieces = _pieces(body.source.read(), self._ends)
            self._ends = decoded_ends(pieces, body.content_encoding)

    def at_ms(self, offset: int | None) -> float | None:
        """None where the chunk's time was not kept."""
        if offset is None:
            return None
        index = bisect_left(self._ends, offset)
        return self._times[index] / 1000 if index < len(self._ends) else None

    def gaps_us(self, offsets: Sequence[int]) -> list[int]:
        """Between the chunks that hold these; several in a chunk came at once. The
        shortest first."""
        times = list(map(self._times.__getitem__, self._holding(offsets)))
        return sorted(map(sub, times[1:], times))

    def _holding(self, offsets: Sequence[int]) -> Iterable[int]:
        ends = self._ends
        if _MANY * len(ends) < len(offsets) and tuple(sorted(offsets)) == offsets:
            upto = list(map(bisect_right, repeat(offsets), ends))
            return (n for n, (a, b) in enumerate(pairwise([0, *upto])) if a < b)
        chunks = dict.fromkeys(map(bisect_left, repeat(ends), offsets))
        chunks.pop(len(ends), None)
        return chunks


def timing_of(packed: bytes, facts: ResponseFacts, body: CapturedBody | None) -> Timing:
    """`packed` are the chunk times of the bytes that `body` holds."""
    if not packed or not facts.is_stream:
        return _NOT_TIMED
    arrivals = Arrivals(packed, body)
    content = facts.content_offsets
    gaps = arrivals.gaps_us(content)
    return Timing(
        ttft_ms=arrivals.at_ms(content[0]) if content else None,
        ttfo_ms=arrivals.at_ms(facts.output_offset),
        end_ms=arrivals.at_ms(facts.end_offset),
        gap_median_ms=_median_ms(gaps) if gaps else None,
        gap_max_ms=gaps[-1] / 1000 if gaps else None,
    )


def _median_ms(sorted_us: Sequence[int]) -> float:
    """Of two in the middle what is between them."""
    middle = len(sorted_us) // 2
    upper = sorted_us[middle] / 1000
    return upper if len(sorted_us) % 2 else (sorted_us[middle - 1] / 1000 + upper) / 2


def output_rate(facts: ResponseFacts, ttft: float | None, end: float) -> float | None:
    """Output tokens per second behind the first one; None where that can't be told:
    an answer that isn't streamed, came at once or has a single token."""
    tokens = _streamed_tokens(facts)
    if tokens is None or tokens < 2 or ttft is None or end <= ttft:
        return None
    return (tokens - 1) * 1000 / (end - ttft)


def _streamed_tokens(facts: ResponseFacts) -> int | None:
    """Without reasoning that was billed and never sent: it came before the first."""
    usage = facts.usage
    parts = facts.message.parts if facts.message else ()
    if usage.output is None or any(part.kind == "reasoning" for part in parts):
        return usage.output
    return usage.output - (usage.reasoning or 0)


def _pieces(data: bytes, ends: Sequence[int]) -> Iterator[bytes]:
    start = 0
    for end in ends:
        yield data[start:end]
        start = end

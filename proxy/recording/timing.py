"""When an answer's content came: first token, first output, gaps, end, speed. Pure.

Read by `proxy/recording/assemble.py`. The words and formulas are those of AIPerf's
metrics reference (docs.nvidia.com/aiperf): TTFT is the first chunk with content, TTFO
the first with content that isn't reasoning, ICL the time between chunks with content,
ITL = (latency - TTFT) / (tokens - 1), and output tokens per second are 1 / ITL. All are
of streams; where the formula has no answer, there is none.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise, repeat
from statistics import median

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

    def gaps_ms(self, offsets: Sequence[int]) -> list[float]:
        """Between the chunks that hold these; several in a chunk came at once."""
        chunks = dict.fromkeys(map(bisect_left, repeat(self._ends), offsets))
        times = [self._times[index] for index in chunks if index < len(self._ends)]
        return [(later - sooner) / 1000 for sooner, later in pairwise(times)]


def timing_of(packed: bytes, facts: ResponseFacts, body: CapturedBody | None) -> Timing:
    """`packed` are the chunk times of the bytes that `body` holds."""
    if not packed or not facts.is_stream:
        return _NOT_TIMED
    arrivals = Arrivals(packed, body)
    content = facts.content_offsets
    gaps = arrivals.gaps_ms(content)
    return Timing(
        ttft_ms=arrivals.at_ms(content[0]) if content else None,
        ttfo_ms=arrivals.at_ms(facts.output_offset),
        end_ms=arrivals.at_ms(facts.end_offset),
        gap_median_ms=median(gaps) if gaps else None,
        gap_max_ms=max(gaps) if gaps else None,
    )


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

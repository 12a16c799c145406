"""Busy time and percentiles of many requests, exact. Pure.

`runs/measure/statistics.py` hands in what its second query read, ordered by start.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil

from runs.measure.figures import Distribution

Latency = float | None
Moment = tuple[int, Latency, Latency, Latency, Latency, Latency]
"""Start (µs since 1970) and duration in ms (None: pending), which make busy time; then
what percentiles are of: the duration of a success, and of a streamed one TTFT, TTFO and
output tokens per second."""


@dataclass(slots=True)
class Timings:
    """All that is told by when requests began and how long they took."""

    first_us: int | None = None
    end_ms: float | None = None
    """The last end, in ms after the first start."""
    busy_ms: float = 0.0
    durations: list[float] = field(default_factory=list)
    """Of successes: a refusal is soon over, and says nothing of answers. Sorted."""
    ttfts: list[float] = field(default_factory=list)
    """Of streamed successes, as those that follow. Sorted."""
    ttfos: list[float] = field(default_factory=list)
    itls: list[float] = field(default_factory=list)
    """Inter-token latencies: the inverse of each one's output tokens per second."""


def read(moments: Iterable[Moment]) -> Timings:
    """One pass over moments in the order of their starts."""
    durations, ttfts, ttfos, itls = (list[float]() for _ in range(4))
    first: int | None = None
    busy = end = 0.0
    has_ended = False
    for start_us, duration, answered, ttft, ttfo, rate in moments:
        if first is None:
            first = start_us
        if answered is not None:
            durations.append(answered)
        if ttft is not None:
            ttfts.append(ttft)
        if ttfo is not None:
            ttfos.append(ttfo)
        if rate:
            itls.append(1000 / rate)
        if duration is None:
            continue
        has_ended = True
        start = (start_us - first) / 1000
        stop = start + duration
        if start >= end:
            busy += duration
            end = stop
        elif stop > end:
            busy += stop - end
            end = stop
    for values in (durations, ttfts, ttfos, itls):
        values.sort()
    last = end if has_ended else None
    return Timings(first, last, busy, durations, ttfts, ttfos, itls)


def distribution(values: Sequence[float]) -> Distribution:
    """Of sorted values."""
    if not values:
        return Distribution()
    return Distribution(
        count=len(values),
        min_ms=values[0],
        mean_ms=sum(values) / len(values),
        p50_ms=percentile(values, 50),
        p90_ms=percentile(values, 90),
        p95_ms=percentile(values, 95),
        p99_ms=percentile(values, 99),
        max_ms=values[-1],
    )


def percentile(values: Sequence[float], percent: int) -> float:
    """By nearest rank: the smallest of the sorted values that `percent` % of them
    don't exceed."""
    return values[max(ceil(percent * len(values) / 100), 1) - 1]


def above(values: Sequence[float], limit: float) -> int:
    """How many of the sorted values exceed `limit`."""
    return len(values) - bisect_right(values, limit)

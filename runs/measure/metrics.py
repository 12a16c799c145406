"""The numbers by which runs are compared, each read from statistics. Pure.

A new one is a line in METRICS; `runs/measure/compare.py` does the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from runs.measure.figures import Statistics

Unit = Literal["usd", "count", "tokens", "share", "ms", "tokens_per_s"]
Wanted = Literal["lower", "higher", "either"]


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    unit: Unit
    wanted: Wanted
    read: Callable[[Statistics], float | None]


def cost(statistics: Statistics) -> float | None:
    """None when it isn't known in full."""
    known = statistics.cost.usd
    if known is None or statistics.cost.unpriced_requests:
        return None
    return float(known)


METRICS = (
    Metric("cost_usd", "usd", "lower", cost),
    Metric("requests", "count", "lower", lambda s: s.requests),
    Metric("error_rate", "share", "lower", lambda s: s.error_rate),
    Metric("total_tokens", "tokens", "lower", lambda s: s.tokens.total),
    Metric("input_tokens", "tokens", "lower", lambda s: s.tokens.input),
    Metric("cache_read_tokens", "tokens", "either", lambda s: s.tokens.cache_read),
    Metric("output_tokens", "tokens", "lower", lambda s: s.tokens.output),
    Metric("cache_hit_rate", "share", "higher", lambda s: s.cache_hit_rate),
    Metric("wall_ms", "ms", "lower", lambda s: s.wall_ms),
    Metric("busy_ms", "ms", "lower", lambda s: s.busy_ms),
    Metric("duration_sum_ms", "ms", "lower", lambda s: s.duration_sum_ms),
    Metric("duration_p50_ms", "ms", "lower", lambda s: s.duration.p50_ms),
    Metric("duration_p95_ms", "ms", "lower", lambda s: s.duration.p95_ms),
    Metric("ttft_p50_ms", "ms", "lower", lambda s: s.ttft.p50_ms),
    Metric("ttft_p95_ms", "ms", "lower", lambda s: s.ttft.p95_ms),
    Metric(
        *("output_tokens_per_s_busy", "tokens_per_s", "higher"),
        lambda s: s.output_tokens_per_s_busy,
    ),
    Metric(
        *("output_tokens_per_s_request", "tokens_per_s", "higher"),
        lambda s: s.output_tokens_per_s_request,
    ),
    Metric("tool_calls", "count", "either", lambda s: s.signals.tool_calls),
)

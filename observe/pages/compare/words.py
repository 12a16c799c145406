"""Metrics and changes in words: what stands in the cells of a comparison. Pure."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from observe import formats
from runs.measure.differences import TurnChange
from runs.measure.metrics import Unit

LABELS = {
    "cost_usd": "Cost",
    "input_tokens": "Input tokens, not cached",
    "cache_read_tokens": "Tokens from cache",
    "cache_hit_rate": "From cache",
    "wall_ms": "First start to last end",
    "busy_ms": "Busy",
    "duration_sum_ms": "All durations",
    "duration_count": "Successes",
    "duration_p50_ms": "Duration, p50",
    "duration_p95_ms": "Duration, p95",
    "ttft_count": "Streamed successes",
    "ttft_p50_ms": "First token, p50",
    "ttft_p95_ms": "First token, p95",
    "ttfo_p50_ms": "First output, p50",
    "ttfo_p95_ms": "First output, p95",
    "itl_p50_ms": "Between tokens, p50",
    "itl_p95_ms": "Between tokens, p95",
    "output_tokens_per_s_busy": "Tokens/s, of the work",
    "output_tokens_per_s_request": "Tokens/s, of a request",
}
ASPECT_UNITS: dict[str, Unit] = {
    "prompt": "tokens",
    "tokens": "tokens",
    "cost": "usd",
    "latency": "ms",
    "requests": "count",
    "errors": "count",
    "tools_offered": "count",
}


def label(metric: str) -> str:
    return LABELS.get(metric) or metric.replace("_", " ").capitalize()


def shown(value: float | Decimal | None, unit: Unit) -> str:
    """A value as people read it."""
    if unit == "usd":
        return formats.usd(value if value is None else Decimal(str(value)))
    number = value if value is None else float(value)
    if unit == "ms":
        return formats.duration(number)
    if unit == "share":
        return formats.share(number)
    if unit == "tokens_per_s":
        return formats.rate(number)
    if number is not None and number != int(number) and abs(number) < 1000:
        return f"{number:,.1f}"
    return formats.count(number)


def signed(value: float, unit: Unit) -> str:
    """A difference: with its sign."""
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return sign + shown(abs(value), unit)


def change(found: TurnChange) -> str:
    """`cost $0.30 → $0.10`, `tools read_file ×3 → search`."""
    aspect = found.aspect.replace("_", " ")
    if found.aspect == "message":
        return "message reworded"
    if found.aspect in ("models", "tools"):
        return f"{aspect} {_names(found.before)} → {_names(found.after)}"
    unit = ASPECT_UNITS.get(found.aspect, "count")
    return f"{aspect} {shown(found.before, unit)} → {shown(found.after, unit)}"


def _names(names: Any) -> str:
    counted = Counter(names)
    told = (f"{name} ×{n}" if n > 1 else str(name) for name, n in counted.items())
    return ", ".join(told) or "none"

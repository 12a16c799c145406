"""Statistics the slow and plain way: one loop per question, over records in memory.

What `runs/measure/statistics.py` gives must equal this, on both databases.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from runs.record import ExchangeRecord, Outcome


def expected(records: Sequence[ExchangeRecord]) -> dict[str, Any]:
    done = [record for record in records if record.outcome is not Outcome.PENDING]
    timed = [record for record in done if record.duration_ms is not None]
    starts = [record.started_at for record in records]
    ends = [_end(record) for record in timed]
    output = total(record.usage.output for record in records)
    told = [record.duration_ms for record in timed if record.usage.output is not None]
    good = [record for record in done if record.is_success]
    return {
        "requests": len(records),
        "successes": len(good),
        "errors": len(done) - len(good),
        "pending": len(records) - len(done),
        "error_rate": (len(done) - len(good)) / len(done) if done else None,
        "wall_ms": _ms(max(ends) - min(starts)) if ends else 0.0,
        "busy_ms": busy_ms(timed),
        "duration_sum_ms": sum(record.duration_ms or 0 for record in timed),
        "tokens": tokens(records),
        "cost": cost(records),
        "output_tokens_per_s_busy": rate(output, busy_ms(timed)),
        "output_tokens_per_s_request": rate(output, sum(t or 0 for t in told)),
        "duration": distribution([record.duration_ms for record in good]),
        "ttft": distribution([r.ttft_ms for r in good if r.is_stream]),
        "ttfo": distribution([r.ttfo_ms for r in good if r.is_stream]),
        "itl": distribution(
            [
                1000 / r.output_tokens_per_s
                for r in good
                if r.is_stream and r.output_tokens_per_s
            ]
        ),
        "models": shares(records, lambda record: record.model),
        "providers": shares(records, lambda record: record.provider),
        "statuses": shares(records, lambda record: str(record.status or "")),
        "signals": signals(records),
    }


def busy_ms(records: Sequence[ExchangeRecord]) -> float:
    """Every edge of time, and whether something was under way between two of them."""
    spans = [(_fraction(r.started_at), _fraction(_end(r))) for r in records]
    edges = sorted({edge for span in spans for edge in span})
    covered = Fraction(0)
    for left, right in pairwise(edges):
        if any(start <= left and right <= end for start, end in spans):
            covered += right - left
    return float(covered) / 1000


def distribution(values: Sequence[float | None]) -> dict[str, Any]:
    known = sorted(value for value in values if value is not None)
    found: dict[str, Any] = {"count": len(known)}
    for percent in (50, 90, 95, 99):
        reached = [v for v in known if at_most(known, v) * 100 >= percent * len(known)]
        found[f"p{percent}_ms"] = min(reached) if reached else None
    return found


def at_most(values: Sequence[float], limit: float) -> int:
    return sum(value <= limit for value in values)


def tokens(records: Sequence[ExchangeRecord]) -> dict[str, int | None]:
    return {
        "input": total(r.usage.input for r in records),
        "cache_read": total(r.usage.cache_read for r in records),
        "cache_write_5m": total(r.usage.cache_write_5m for r in records),
        "cache_write_1h": total(r.usage.cache_write_1h for r in records),
        "output": total(r.usage.output for r in records),
        "reasoning": total(r.usage.reasoning for r in records),
        "total": total(r.usage.total for r in records),
    }


def cost(records: Sequence[ExchangeRecord]) -> dict[str, Any]:
    quotes = [record.quote for record in records if record.quote]
    prices = [quote.cost_usd for quote in quotes if quote.cost_usd is not None]
    unpriced = sum(quote.cost_usd is None for quote in quotes)
    unknown = unpriced or any(r.outcome is Outcome.PENDING for r in records)
    return {
        "usd": None if unknown and not prices else sum(prices, Decimal(0)),
        "priced_requests": len(prices),
        "unpriced_requests": unpriced,
    }


def shares(
    records: Sequence[ExchangeRecord], label: Callable[[ExchangeRecord], str]
) -> dict[str, dict[str, Any]]:
    parts: dict[str, list[ExchangeRecord]] = {}
    for record in records:
        parts.setdefault(label(record), []).append(record)
    return {
        name: {
            "requests": len(part),
            "total_tokens": tokens(part)["total"],
            "cost_usd": cost(part)["usd"],
            "errors": sum(r.is_success is False for r in part),
        }
        for name, part in parts.items()
    }


def signals(records: Sequence[ExchangeRecord]) -> dict[str, int]:
    return {
        "streams": sum(record.is_stream for record in records),
        "tools": sum(bool(record.tool_calls) for record in records),
        "tool_calls": sum(len(record.tool_calls) for record in records),
        "images": sum(record.images > 0 for record in records),
        "slow": sum((record.duration_ms or 0) >= 10_000 for record in records),
        "large": 0,
        "cut": 0,
    }


def rate(count: int | None, milliseconds: float) -> float | None:
    return None if count is None or not milliseconds else count * 1000 / milliseconds


def total(counts: Any) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _end(record: ExchangeRecord) -> Any:
    assert record.duration_ms is not None
    return record.started_at + timedelta(milliseconds=record.duration_ms)


def _ms(delta: timedelta) -> float:
    return delta / timedelta(milliseconds=1)


def _fraction(moment: Any) -> Fraction:
    """µs."""
    return Fraction(round(moment.timestamp() * 1_000_000))

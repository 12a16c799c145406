"""What `/api/figures` answers: sums over time, and percentiles of times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema

from runs.measure.of_filter import MOST, FilterFigures
from runs.measure.over_time import OverTime, Range
from runs.rollups import histogram
from runs.rollups.figures import BUCKETS, Figures
from runs.rollups.histogram import Counts
from runs.schemas.requests import plain

MOST_GROUPS = 20
SHARES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}


class TimesOut(Schema):
    """Milliseconds; null where no request has such a time."""

    mean: float | None
    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None


class FiguresOut(Schema):
    """Finished requests, added up."""

    requests: int
    errors: int = Field(description="Those that were no success.")
    tokens: dict[str, int] = Field(
        description=f"By bucket: {', '.join(BUCKETS)} (of the output)."
    )
    total_tokens: int
    cache_hit_rate: float | None = Field(
        description="Cache reads as a part of all input tokens; null without input."
    )
    cost_usd: str | None = Field(
        description="Of the requests whose cost is known; null when none is."
    )
    unpriced_requests: int = Field(description="Billed, and not in `cost_usd`.")
    duration_ms: TimesOut
    ttft_ms: TimesOut = Field(description="Streams only.")
    overhead_ms: TimesOut = Field(description="What Weir itself added to a request.")


class GroupOut(FiguresOut):
    value: str = Field(description="Of what was asked for with `by`.")


class PointOut(FiguresOut):
    start: datetime
    value: str = ""


class OverTimeOut(Schema):
    """Percentiles are read off histograms: within 2 % of the true ones."""

    start: datetime
    end: datetime = Field(description="Outside of the range.")
    step_s: int
    total: FiguresOut
    before: FiguresOut = Field(description="The same length of time just before.")
    groups: list[GroupOut] = Field(
        description=f"The {MOST_GROUPS} with the most requests; empty without `by`."
    )
    points: list[PointOut] = Field(
        description="Steps in which something happened, oldest first."
    )


def shown(
    now: OverTime, before: OverTime, names_of: Mapping[str, str] | None
) -> dict[str, Any]:
    """The answer as plain values; `names_of`: what values are called, if grouped."""
    called = names_of or {}
    by_size = sorted(now.groups, key=lambda each: -now.groups[each].requests)
    names = by_size[:MOST_GROUPS]
    return {
        **_bounds(now.range),
        "total": _figures(now.total, now.errors),
        "before": _figures(before.total, before.errors),
        "groups": [
            {"value": called.get(name, name)}
            | _figures(now.groups[name], now.group_errors[name])
            for name in names
            if names_of is not None
        ],
        "points": [
            {"start": now.range.start_of(at), "value": called.get(name, name)}
            | _figures(now.points[at, name], now.point_errors[at, name])
            for at, name in sorted(now.points)
            if name in names
        ],
    }


def _bounds(of: Range) -> dict[str, Any]:
    return {"start": of.start, "end": of.end, "step_s": of.step_s}


def _figures(of: Figures, errors: int) -> dict[str, Any]:
    return {
        "requests": of.requests,
        "errors": errors,
        "tokens": {name: getattr(of, name) for name in BUCKETS},
        "total_tokens": of.tokens,
        "cache_hit_rate": of.cache_hit_rate,
        "cost_usd": plain(of.cost_usd),
        "unpriced_requests": of.unpriced,
        "duration_ms": _times(of.durations, of.duration_us),
        "ttft_ms": _times(of.ttfts, of.ttft_us),
        "overhead_ms": _times(of.overheads, of.overhead_us),
    }


def _times(counts: Counts, sum_us: int) -> dict[str, float | None]:
    count = sum(counts.values())
    told = {name: histogram.percentile(counts, share) for name, share in SHARES.items()}
    return {"mean": sum_us / 1000 / count if count else None, **told}


class FilterFiguresOut(Schema):
    """What the requests of a filter came to."""

    requests: int
    of: Literal["all", "newest", "among"] = Field(
        description=f"`all` that pass the filter; the `newest` {MOST:,} of them; or,"
        f" where that takes long, those `among` the newest {MOST:,} requests of all."
    )
    errors: int
    cost_usd: str | None = Field(
        description="Of the requests whose cost is known; null when none is."
    )
    unpriced_requests: int = Field(description="Billed, and not in `cost_usd`.")
    total_tokens: int
    duration_p50_ms: float | None
    duration_p95_ms: float | None
    ttft_p50_ms: float | None
    ttft_p95_ms: float | None
    percentile_error: float = Field(
        description="How far a percentile may be off, as a part of itself; 0: not."
    )

    @staticmethod
    def resolve_cost_usd(figures: FilterFigures) -> str | None:
        return plain(figures.cost_usd)

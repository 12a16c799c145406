"""The numbers on top of the overview, each beside the time before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from observe import formats
from runs.measure.over_time import OverTime
from runs.rollups import histogram
from runs.rollups.figures import Figures
from runs.rollups.histogram import Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A number, what stands beside it, and how it has changed."""

    label: str
    value: str
    exact: str = ""
    beside: str = ""
    kind: str = ""
    """`is-error` or `warn-mark`."""
    change: str = ""
    """Against the same length of time before; empty where there is nothing to say."""


def tiles(now: OverTime, before: OverTime) -> list[Tile]:
    one, other = now.total, before.total
    return [
        Tile(
            label="Requests",
            value=formats.count(one.requests),
            exact=f"{one.requests:,}",
            change=change(one.requests, other.requests),
        ),
        _errors(now, before),
        _cost(one, other),
        _tokens("Tokens in", one.total_input, other.total_input),
        _tokens("Tokens out", one.output, other.output),
        Tile(
            label="From cache",
            value=formats.share(one.cache_hit_rate),
            exact=f"{one.cache_read:,} tokens",
            change=change(one.cache_hit_rate, other.cache_hit_rate),
        ),
        _times("Duration", one, other, lambda each: each.durations),
        _times("TTFT", one, other, lambda each: each.ttfts),
    ]


def change(now: float | Decimal | None, before: float | Decimal | None) -> str:
    """`+12 %`; nothing where there was nothing to compare with."""
    if not now or not before:
        return ""
    part = float(now) / float(before) - 1
    if abs(part) < 0.005:
        return "±0 %"
    return f"×{part + 1:.1f}" if part >= 9.995 else f"{part * 100:+.0f} %"


def _errors(now: OverTime, before: OverTime) -> Tile:
    rate = now.errors / now.total.requests if now.total.requests else None
    return Tile(
        label="Errors",
        value=formats.count(now.errors),
        exact=f"{now.errors:,}",
        beside=formats.share(rate) if now.errors else "",
        kind="is-error" if now.errors else "",
        change=change(now.errors, before.errors),
    )


def _cost(one: Figures, other: Figures) -> Tile:
    return Tile(
        label="Cost",
        value=formats.usd(one.cost_usd) if one.priced or one.unpriced else "$0",
        exact=formats.usd_told(one.cost_usd) if one.priced else "",
        beside=f"{one.unpriced:,} unknown" if one.unpriced else "",
        kind="" if one.priced or not one.unpriced else "warn-mark",
        change=change(one.cost, other.cost),
    )


def _tokens(label: str, now: int, before: int) -> Tile:
    return Tile(
        label=label,
        value=formats.count(now),
        exact=f"{now:,}",
        change=change(now, before),
    )


def _times(
    label: str, one: Figures, other: Figures, counts: Callable[[Figures], Counts]
) -> Tile:
    half, most = (histogram.percentile(counts(one), part) for part in (0.5, 0.95))
    return Tile(
        label=label,
        value=formats.duration(half),
        exact="Half took no longer; 95 of 100 took no longer",
        beside=f"p95 {formats.duration(most)}" if most is not None else "",
        change=change(half, histogram.percentile(counts(other), 0.5)),
    )

"""How a conversation grows: context, cache and cost along its calls, as things to draw.

Places along the calls are percentages, heights are pixels; all three drawings share
their columns, so that one cursor stands over all. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from observe import formats

CONTEXT_HEIGHT, CACHE_HEIGHT, COST_HEIGHT = 96, 26, 44
GAP = 19
"""Between the drawings: a line of small text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A call of the agent's own, or several that follow each other."""

    number: int
    last: int
    """The same for one call."""
    input_tokens: int
    """Of several the most."""
    cache_share: float | None
    output_tokens: int
    cost_usd: Decimal | None
    """With what stands beside; None while it isn't known."""
    spent_usd: Decimal
    """Of everything up to it, as far as that is known."""
    took_ms: float | None = None
    shrank: bool = False
    missed_tokens: int = 0

    @property
    def name(self) -> str:
        if self.number == self.last:
            return f"Call {self.number}"
        return f"Calls {self.number:,} to {self.last:,}"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a bar, by where its tokens came from."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallColumn:
    """One point over all drawings."""

    point: Point
    x: float
    width: float
    bar_x: float
    bar_width: float
    blocks: list[Block]
    cache_y: float
    cache_height: float
    title: str

    @property
    def is_low(self) -> bool:
        return self.point.missed_tokens > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What `templates/conversation/_growth.html` draws."""

    columns: list[CallColumn]
    most_tokens: int
    spent_usd: Decimal
    cost_points: str
    """Of the line, in a square of 100."""
    is_summed: bool
    """A column stands for several calls."""
    cache_y: int = CONTEXT_HEIGHT + GAP
    cost_y: int = CONTEXT_HEIGHT + CACHE_HEIGHT + 2 * GAP
    cost_height: int = COST_HEIGHT
    height: int = CONTEXT_HEIGHT + CACHE_HEIGHT + COST_HEIGHT + 2 * GAP


def growth(points: Sequence[Point]) -> Growth | None:
    """None where fewer than two calls of the main thread tell their tokens."""
    if len(points) < 2:
        return None
    most = max(point.input_tokens + point.output_tokens for point in points)
    step = 100 / len(points)
    columns = [
        _column(point, place * step, step, most) for place, point in enumerate(points)
    ]
    total = points[-1].spent_usd
    return Growth(
        columns=columns,
        most_tokens=most,
        spent_usd=total,
        cost_points=_points(columns, total),
        is_summed=any(point.number != point.last for point in points),
    )


def _column(point: Point, x: float, step: float, most: int) -> CallColumn:
    height = CACHE_HEIGHT * (point.cache_share or 0)
    return CallColumn(
        point=point,
        x=round(x, 3),
        width=round(step, 3),
        bar_x=round(x + step * 0.1, 3),
        bar_width=round(min(step * 0.8, 3.0), 3),
        blocks=list(_blocks(point, most)),
        cache_y=round(CONTEXT_HEIGHT + GAP + CACHE_HEIGHT - height, 1),
        cache_height=round(height, 1),
        title=_title(point),
    )


def _blocks(point: Point, most: int) -> list[Block]:
    """From below: read from the cache, written to it or new, and the answer."""
    read = round(point.input_tokens * (point.cache_share or 0))
    fresh = point.input_tokens - read
    parts = (("read", read), ("fresh", fresh), ("out", point.output_tokens))
    y, blocks = float(CONTEXT_HEIGHT), list[Block]()
    for kind, tokens in parts:
        height = tokens / most * (CONTEXT_HEIGHT - 4)
        y -= height
        if tokens:
            blocks.append(Block(kind, round(y, 1), round(max(height, 0.6), 1)))
    return blocks


def _title(point: Point) -> str:
    is_one = point.number == point.last
    told = "" if is_one else "up to "
    lines = [
        f"{point.name}: {told}{formats.exact(point.input_tokens)} tokens in,"
        f" {formats.exact(point.output_tokens)} out",
        f"{formats.share(point.cache_share)} from the cache",
        f"{_cost(point.cost_usd)}, {formats.usd(point.spent_usd)} so far",
    ]
    if point.took_ms is not None:
        lines.append(formats.duration(point.took_ms))
    if point.shrank:
        lines.append("context shrank")
    if point.missed_tokens:
        lines.append(f"cache missed {formats.exact(point.missed_tokens)}")
    return "\n".join(lines)


def _cost(value: Decimal | None) -> str:
    return "cost unknown" if value is None else formats.usd(value)


def _points(columns: Sequence[CallColumn], total: Decimal) -> str:
    scale = 100 / float(total) if total else 0.0
    points = [f"0,{100 - float(columns[0].point.spent_usd) * scale:.2f}"]
    for column in columns:
        y = 100 - float(column.point.spent_usd) * scale
        points += [f"{column.x:.2f},{y:.2f}", f"{column.x + column.width:.2f},{y:.2f}"]
    return " ".join(points)

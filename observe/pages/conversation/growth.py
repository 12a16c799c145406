"""How a conversation grows: context, cache and cost along its calls, as things to draw.

Places along the calls are percentages, heights are pixels; all three drawings share
their columns, so that one cursor stands over all. Pure but for the rows it is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from observe import formats
from observe.pages.conversation.calls import Call

CONTEXT_HEIGHT, CACHE_HEIGHT, COST_HEIGHT = 96, 26, 44
GAP = 19
"""Between the drawings: a line of small text."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a bar, by where its tokens came from."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallColumn:
    """One call over all drawings."""

    call: Call
    x: float
    width: float
    bar_x: float
    bar_width: float
    blocks: list[Block]
    cache_share: float | None
    cache_y: float
    cache_height: float
    spent_usd: Decimal
    """Of everything up to it, calls beside it included."""
    title: str

    @property
    def is_low(self) -> bool:
        return self.call.missed_tokens > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What `templates/conversation/_growth.html` draws."""

    columns: list[CallColumn]
    most_tokens: int
    spent_usd: Decimal
    cost_points: str
    """Of the line, in a square of 100."""
    cache_y: int = CONTEXT_HEIGHT + GAP
    cost_y: int = CONTEXT_HEIGHT + CACHE_HEIGHT + 2 * GAP
    cost_height: int = COST_HEIGHT
    height: int = CONTEXT_HEIGHT + CACHE_HEIGHT + COST_HEIGHT + 2 * GAP


def growth(calls: Sequence[Call]) -> Growth | None:
    """None where fewer than two calls of the main thread tell their tokens."""
    own = [call for call in calls if call.kind == "main" and call.input_tokens]
    if len(own) < 2:
        return None
    most = max(_size(call) for call in own)
    spent = _spent(calls)
    step = 100 / len(own)
    columns = [
        _column(call, place * step, step, most, spent[call.number])
        for place, call in enumerate(own)
    ]
    total = columns[-1].spent_usd
    return Growth(
        columns=columns,
        most_tokens=most,
        spent_usd=total,
        cost_points=_points(columns, total),
    )


def _size(call: Call) -> int:
    return (call.input_tokens or 0) + (call.request.output_tokens or 0)


def _spent(calls: Sequence[Call]) -> dict[int, Decimal]:
    """By call: what all up to it cost, as far as that is known."""
    sums: dict[int, Decimal] = {}
    total = Decimal(0)
    for call in calls:
        total += call.request.cost_usd or Decimal(0)
        sums[call.number] = total
    return sums


def _column(call: Call, x: float, step: float, most: int, spent: Decimal) -> CallColumn:
    share = _cache_share(call)
    height = CACHE_HEIGHT * (share or 0)
    return CallColumn(
        call=call,
        x=round(x, 3),
        width=round(step, 3),
        bar_x=round(x + step * 0.1, 3),
        bar_width=round(min(step * 0.8, 3.0), 3),
        blocks=list(_blocks(call, most)),
        cache_share=share,
        cache_y=round(CONTEXT_HEIGHT + GAP + CACHE_HEIGHT - height, 1),
        cache_height=round(height, 1),
        spent_usd=spent,
        title=_title(call, share, spent),
    )


def _blocks(call: Call, most: int) -> list[Block]:
    """From below: read from the cache, written to it or new, and the answer."""
    read = call.request.cache_read_tokens or 0
    fresh = (call.input_tokens or 0) - read
    parts = (("read", read), ("fresh", fresh), ("out", call.request.output_tokens or 0))
    y, blocks = float(CONTEXT_HEIGHT), list[Block]()
    for kind, tokens in parts:
        height = tokens / most * (CONTEXT_HEIGHT - 4)
        y -= height
        if tokens:
            blocks.append(Block(kind, round(y, 1), round(max(height, 0.6), 1)))
    return blocks


def _cache_share(call: Call) -> float | None:
    read, whole = call.request.cache_read_tokens, call.input_tokens
    return read / whole if read is not None and whole else None


def _title(call: Call, share: float | None, spent: Decimal) -> str:
    lines = [
        f"Call {call.number}: {formats.exact(call.input_tokens)} tokens in,"
        f" {formats.exact(call.request.output_tokens)} out",
        f"{formats.share(share)} from the cache",
        f"{formats.usd(call.request.cost_usd)}, {formats.usd(spent)} so far",
    ]
    return "\n".join(lines)


def _points(columns: Sequence[CallColumn], total: Decimal) -> str:
    scale = 100 / float(total) if total else 0.0
    points = [f"0,{100 - float(columns[0].spent_usd) * scale:.2f}"]
    for column in columns:
        y = 100 - float(column.spent_usd) * scale
        points += [f"{column.x:.2f},{y:.2f}", f"{column.x + column.width:.2f},{y:.2f}"]
    return " ".join(points)

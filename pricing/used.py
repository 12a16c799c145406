"""What was used: one request that was billed, or many that every price takes alike.

`runs/measure/kinds.py` puts requests together, so that a price is looked up for some
hundred kinds of usage in place of a hundred thousand requests; `what_if.py` prices
them. Costs are linear within a kind, so the sum is exact. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from pricing.cost import MILLION
from pricing.quote import Quote, QuoteLine
from pricing.usage import Usage

FINEST = -6
"""The last decimal of a rate per million whose costs need no rounding to the twelve
that are kept."""
TOKENS = frozenset(
    {
        *("input", "cache_read", "cache_write_5m", "cache_write_1h"),
        *("output", "reasoning"),
    }
)
"""Kinds of lines that many requests may have; what else there is, is due for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """Requests that every price takes alike: the same buckets are filled, the input is
    of one tier, the hour in the same windows, and nothing is billed by the piece."""

    requests: int
    usage: Usage
    """All together; reasoning only as far as it is within its request's output."""
    are_same: bool = False
    """Each has the very same counts: costs may be rounded before they are added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """One request that was billed, or one of many."""

    usage: Usage
    at: datetime
    operation: str = "chat"
    many: Many | None = None
    """Cost and parts are of all of them then, the rest of one."""
    cost_usd: Decimal | None = None
    """As captured; None: unpriced."""
    parts: Mapping[str, Decimal] = field(default_factory=dict)
    """What `cost_usd` is made of, by kind; none where the provider itself told it."""
    provider: str = ""
    model: str = ""
    id: str = ""

    @property
    def requests(self) -> int:
        return self.many.requests if self.many else 1

    @property
    def total(self) -> Usage:
        return self.many.usage if self.many else self.usage


def quote_of(used: Used, of: Callable[[Usage], Quote]) -> Quote:
    """Of all that this stands for; `of` quotes one request."""
    quote, many = of(used.usage), used.many
    if many is None or quote.cost_usd is None:
        return quote
    kinds = {line.kind for line in quote.lines}
    lines = tuple(_of_all(line, kinds, many) for line in quote.lines)
    if many.are_same:
        return replace(quote, lines=lines, cost_usd=quote.cost_usd * many.requests)
    if any(is_finer(line.usd_per_million) for line in lines):
        raise ValueError("Costs are rounded here: only what is the same adds up.")
    cost = sum((line.cost_usd for line in lines), Decimal(0))
    return replace(quote, lines=lines, cost_usd=cost)


def _of_all(line: QuoteLine, kinds: set[str], many: Many) -> QuoteLine:
    if line.kind not in TOKENS:
        pieces = None if line.pieces is None else line.pieces * many.requests
        return replace(line, pieces=pieces, cost_usd=line.cost_usd * many.requests)
    tokens: int = getattr(many.usage, line.kind) or 0
    if line.kind == "output" and "reasoning" in kinds:
        tokens -= many.usage.reasoning or 0
    return replace(
        line, tokens=tokens, cost_usd=line.usd_per_million * tokens / MILLION
    )


def is_finer(rate: Decimal) -> bool:
    """A cost at that rate per million may need rounding."""
    exponent = rate.as_tuple().exponent
    return isinstance(exponent, int) and exponent < FINEST

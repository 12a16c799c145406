"""What counts as slow, large or unpriced in lists; decided once, when stored. Pure."""

from __future__ import annotations

from runs.cleaning import money
from runs.record import ExchangeRecord

SLOW_MS = 10_000
"""A request that took this long, or longer, is slow."""
LARGE_BYTES = 1024 * 1024
"""A request whose two bodies have this many bytes together, or more, is large."""


def is_slow(record: ExchangeRecord) -> bool:
    return record.duration_ms is not None and record.duration_ms >= SLOW_MS


def is_unpriced(record: ExchangeRecord) -> bool:
    """It was billed (so a quote was asked for), and what it cost is not known: also
    what no cost can be."""
    return record.quote is not None and money(record.quote.cost_usd) is None

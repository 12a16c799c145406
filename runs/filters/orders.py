"""The orders that a list of requests can be in: `?order=` of pages, API and commands.

Each is read from an index, so that the dearest of a million requests are found at once;
what has no index is no order. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from runs.filters.kinds import BadFilter

ORDER = "order"
"""What an address calls it."""


@dataclass(frozen=True, slots=True)
class Order:
    """A column and a direction; requests of one value go by their recording."""

    name: str
    """Without the direction: `cost`."""
    column: str
    """ "": by time, as lists are that nobody sorts."""
    is_down: bool
    """The highest first."""
    label: str

    @property
    def text(self) -> str:
        """As it stands in an address."""
        return _text(self.name, is_down=self.is_down)

    @property
    def opposite(self) -> Order:
        return ORDERS[_text(self.name, is_down=not self.is_down)]

    def as_query(self) -> dict[str, str]:
        """As query-string values: the usual order is not told."""
        return {} if self == NEWEST else {ORDER: self.text}


def _text(name: str, *, is_down: bool) -> str:
    return f"{name}-{'desc' if is_down else 'asc'}"


_ROWS = (
    ("time", "", "Newest first", "Oldest first"),
    ("cost", "cost_usd", "Dearest first", "Cheapest first"),
    ("duration", "duration_ms", "Slowest first", "Fastest first"),
    ("ttft", "ttft_ms", "Longest TTFT first", "Shortest TTFT first"),
    ("tokens", "total_tokens", "Most tokens first", "Fewest tokens first"),
    ("status", "status", "Highest status first", "Lowest status first"),
    ("model", "model", "Models from Z to A", "Models from A to Z"),
    ("provider", "provider", "Providers from Z to A", "Providers from A to Z"),
    ("temperature", "temperature", "Highest temperature", "Lowest temperature"),
    ("max_tokens", "max_tokens", "Longest answer asked for", "Shortest asked for"),
)
"""Name, column, and what the highest first and the lowest first are called. A column's
index begins with it and goes on with the id (`runs/models/request_indexes.py`)."""
ORDERS = {
    _text(name, is_down=is_down): Order(name, column, is_down, label)
    for name, column, *labels in _ROWS
    for is_down, label in zip((True, False), labels, strict=True)
}
NEWEST = ORDERS["time-desc"]
FIRST = {
    name: ORDERS[_text(name, is_down=name not in ("model", "provider"))]
    for name, *_ in _ROWS
}
"""The direction that somebody wants who asks for a column."""


def read_order(text: str) -> Order:
    """Nothing is the newest first; raises `BadFilter`."""
    found = ORDERS.get(text.strip()) if text.strip() else NEWEST
    if found is None:
        raise BadFilter(f"{ORDER} must be one of {', '.join(ORDERS)}, not {text!r}.")
    return found

"""The calls of a conversation that its address narrows to: `?from=3&to=9`.

Dragging over its charts writes them there, and so does the form below them. Read by
`view.py` beside this. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runs.filters.kinds import is_id


@dataclass(frozen=True, slots=True)
class Brushed:
    """From the call `first` to the call `last`, both among them."""

    first: int
    last: int
    is_all: bool = False

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    @classmethod
    def read(cls, query: Mapping[str, str], total: int) -> Brushed:
        """All calls where nothing narrows them; in either order, and never none."""
        most = max(total, 1)
        edges = [_number(query.get("from", ""), 1), _number(query.get("to", ""), most)]
        first, last = sorted(min(max(edge, 1), most) for edge in edges)
        return cls(first, last, is_all=(first, last) == (1, most))


def _number(text: str, otherwise: int) -> int:
    return int(text) if is_id(text) else otherwise

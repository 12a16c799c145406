"""What a demo model's name asks for: pace, reasoning, or a failure. Pure.

weir-demo             realistic pace: first token after 150 ms, then 15-40 ms a chunk
weir-demo-fast        no delay at all
weir-demo-slow        first token after 3 s, then 120-320 ms a chunk
weir-demo-reasoning   thinks before it answers
weir-demo-error-NNN   answers with HTTP status NNN in the provider's error shape
weir-demo-error-stream  an error event inside a 200 stream, after some text
weir-demo-cut         the connection breaks in the middle of the answer
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MODELS = (
    "weir-demo",
    "weir-demo-fast",
    "weir-demo-slow",
    "weir-demo-reasoning",
    "weir-demo-error-429",
    "weir-demo-error-500",
    "weir-demo-error-stream",
    "weir-demo-cut",
    "weir-demo-embedding",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How the demo model behaves for one request."""

    first_ms: int = 150
    """Wait before the first token."""
    gap_ms: int = 15
    """Shortest wait between two chunks; the longest is 40/15 of it."""
    reasons: bool = False
    error_status: int | None = None
    """Answer with this status instead of an answer."""
    error_in_stream: bool = False
    is_cut: bool = False

    def gap_s(self, index: int) -> float:
        """The pause before chunk `index`: uneven as a real model's, yet repeatable."""
        spread = (index * 7919) % 26 / 15
        return self.gap_ms * (1 + spread) / 1000


def behaviour_of(model: str) -> Behaviour:
    """Reads the name's ending; unknown endings behave like `weir-demo`."""
    name = model.lower()
    if match := re.search(r"-error-([45]\d\d)$", name):
        return Behaviour(first_ms=20, error_status=int(match[1]))
    if name.endswith("-fast"):
        return Behaviour(first_ms=0, gap_ms=0)
    if name.endswith("-slow"):
        return Behaviour(first_ms=3000, gap_ms=120)
    return Behaviour(
        reasons=name.endswith("-reasoning"),
        error_in_stream=name.endswith("-error-stream"),
        is_cut=name.endswith("-cut"),
    )

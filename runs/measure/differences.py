"""What comparing runs gives: plain values. Pure.

`runs/measure/compare.py` fills them; API, command line and pages read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from runs.measure.figures import as_plain
from runs.measure.metrics import Unit, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class SideValues:
    """A metric on one side: of every run, and their median."""

    values: tuple[float | None, ...]
    """In the runs' order; None where the run can't tell (a cost without prices)."""
    median: float | None
    low: float | None
    """With `high`: a 95 % bootstrap interval of the median; None for a single run."""
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One side beside the first one."""

    absolute: float | None
    """Median minus the first side's."""
    percent: float | None
    """Of the first side's median; None when that is 0."""
    low: float | None
    """With `high`: a 95 % bootstrap interval of `absolute`; None for single runs."""
    high: float | None
    is_more_than_noise: bool | None
    """None: fewer than four runs a side can't tell."""
    is_better: bool | None
    """In the direction that one wants; None when equal, not known or a matter of
    taste."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricComparison:
    metric: str
    unit: Unit
    wanted: Wanted
    sides: tuple[SideValues, ...]
    differences: tuple[Difference, ...]
    """Of the second side to the first, of the third to the first, and so on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnFacts:
    """A turn of one run."""

    id: int
    number: int
    message: str
    """Start of the user's message."""
    requests: int
    errors: int
    models: tuple[str, ...]
    tools: tuple[str, ...]
    """Every call to a tool, in order."""
    tools_offered: int
    """The most that one request offered."""
    prompt_tokens: int | None
    """All input tokens of its first request: system prompt, tools and history."""
    input_tokens: int | None
    output_tokens: int | None
    total_tokens: int | None
    cost_usd: Decimal | None
    """None while a request of it has no price."""
    busy_ms: float
    ttft_ms: float | None
    """Of its first request; None unless it was streamed and a success."""


@dataclass(frozen=True, slots=True)
class TurnChange:
    """What is not the same as on the first side."""

    aspect: str
    """One of `turn_pairs.ASPECTS`, or `latency`."""
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnPair:
    """The same turn on every side; None where a side has none like it."""

    sides: tuple[TurnFacts | None, ...]
    changes: tuple[tuple[TurnChange, ...], ...]
    """Of each side after the first one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunName:
    id: str
    name: str
    started_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    sides: tuple[tuple[RunName, ...], ...]
    metrics: tuple[MetricComparison, ...]
    turns: tuple[TurnPair, ...]
    """Of the first run of each side."""
    turns_left_out: int
    """Beyond the first two hundred of a run."""

    def as_dict(self) -> dict[str, Any]:
        plain = as_plain(self)
        assert isinstance(plain, dict)
        return plain

"""What comparing runs gives: plain values. Pure.

`runs/measure/contrast.py` fills them; API, command line and pages read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from runs.measure.figures import as_plain
from runs.measure.metrics import Unit, Wanted
from runs.measure.noise import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class SideValues:
    """A metric on one side: of every run, and their mean."""

    values: tuple[float | None, ...]
    """In the runs' order; None where the run can't tell (a cost without prices)."""
    mean: float | None
    """Of the runs that tell."""
    low: float | None
    """With `high`: a 95 % bootstrap interval of the mean; None for a single run."""
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ByTurn:
    """What changed within the turns that two runs share, a mean per turn."""

    turns: int
    """So many that both have, that failed on neither side and tell the metric."""
    absolute: float | None
    low: float | None
    """With `high`: a 95 % bootstrap interval of `absolute`."""
    high: float | None
    verdict: Verdict
    """About these turns; how runs differ among themselves, two runs can't tell."""
    smallest_seen: float | None
    is_better: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One side beside the first one."""

    absolute: float | None
    """Mean minus the first side's; by task, the mean of the differences within."""
    percent: float | None
    """Of the first side's mean; None when that is 0."""
    low: float | None
    """With `high`: a 95 % bootstrap interval of `absolute`, of this metric alone; None
    for single runs."""
    high: float | None
    verdict: Verdict
    """`more_than_noise`, `not_shown` (which is not "no difference") or `not_judged`."""
    basis: str
    """What the verdict is of, `run`, `task` or `repeat` (of a task); "" without one."""
    smallest_seen: float | None
    """The difference that eight of ten such comparisons would have shown: a smaller one
    may well be there. None where nothing could have been, or nothing was judged."""
    is_more_than_noise: bool | None
    """True where `verdict` says so, else null; never false."""
    is_better: bool | None
    """In the direction that one wants; None when equal, not known, a matter of taste,
    or where `caveat` says why not."""
    caveat: str
    """Why a smaller total is no better one: its side failed more. "" mostly."""
    by_turn: ByTurn | None
    """Where runs are too few for a verdict and share turns."""


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
    primary: str
    """The metric that was chosen beforehand; "": the 5 % are for all together."""
    metrics: tuple[MetricComparison, ...]
    turns: tuple[TurnPair, ...]
    """Of the first run of each side."""
    turns_left_out: int
    """Beyond the first two hundred of a run."""

    def as_dict(self) -> dict[str, Any]:
        plain = as_plain(self)
        assert isinstance(plain, dict)
        return plain

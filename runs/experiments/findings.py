"""What an experiment came to: the values of its report. Pure.

Made by `runs/experiments/report.py`; shown by `words.py`, `drawing.py` and the formats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from runs.experiments.passing import Passing
from runs.measure.differences import MetricComparison
from runs.measure.figures import as_plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """Something that an arm is, with every value that its sessions had."""

    name: str
    values: tuple[str, ...]
    changed: bool
    """It is not the same in all of them: the arm is not one thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    id: str
    name: str
    task: str
    repeat: int
    status: str
    is_outage: bool
    passed: bool | None
    cost_usd: float | None
    total_tokens: int | None
    duration_ms: float | None
    """Time with a request under way."""
    requests: int
    errors: int
    started_at: str
    scores: dict[str, float | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """A variant, and what its sessions came to."""

    name: str
    title: str
    model: str
    harness: str
    provider: str
    sessions: int
    """That are measured."""
    passed: int
    judged: int
    """Sessions that something judged."""
    outages: int
    cost_usd: float | None
    """Of all that are measured; None where one isn't known in full."""
    cost_per_pass_usd: float | None
    cost_of_failures_usd: float | None
    passing: tuple[Passing, ...]
    identity: tuple[Trait, ...]
    lines: tuple[SessionLine, ...]

    @property
    def pass_rate(self) -> float | None:
        return self.passed / self.judged if self.judged else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentReport:
    name: str
    title: str
    question: str
    version: str
    """Digest of the experiment as it is now."""
    primary: str
    wanted: int
    """Sessions that it asks for."""
    measured: int
    open: int
    aborted: int
    outages: int
    outage_rule: str
    arms: tuple[Arm, ...]
    """The first is the baseline."""
    metrics: tuple[MetricComparison, ...]
    """Sides in the arms' order; empty for one arm alone."""
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        plain = as_plain(self)
        assert isinstance(plain, dict)
        return plain

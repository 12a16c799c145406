"""What a run came to: the value that every report format writes.

Made from the API's answers by `verdict.py`, so the formats know no field of the API.
Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KEPT, BROKEN, NOT_JUDGED = "kept", "broken", "not_judged"


@dataclass(frozen=True, slots=True)
class GateCheck:
    """One limit, and whether the run kept it."""

    name: str
    verdict: str
    """`kept`, `broken`, or `not_judged`: nothing tells."""
    sentence: str
    breaches: tuple[str, ...] = ()
    """The requests that broke it, a line each."""

    @property
    def passed(self) -> bool:
        return self.verdict != BROKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A run, its figures and the verdict over it."""

    run: Mapping[str, Any]
    statistics: Mapping[str, Any]
    gate: Mapping[str, Any] | None
    """None: no limit was asked for."""
    url: str
    """The run's page."""
    figures: tuple[tuple[str, str], ...]
    """The summary: names and values as people read them."""
    checks: tuple[GateCheck, ...] = ()
    exit_code: int | None = None
    """Of the command; None when `weir gate` looks at a run afterwards."""
    notes: tuple[str, ...] = ()
    wall_s: float = 0.0

    @property
    def name(self) -> str:
        return str(self.run["name"])

    @property
    def started(self) -> str:
        return str(self.run["started_at"])

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    @property
    def not_judged(self) -> int:
        return sum(check.verdict == NOT_JUDGED for check in self.checks)

"""What a model would have cost as a line of the table: sums of kinds, and a bar.

Called by `observe/pages/what_if/view.py`. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pricing.scenarios import BucketCost, Scenario

GROUPS = (
    ("Input", ("input",)),
    ("Cached", ("cache_read",)),
    ("Cache writes", ("cache_write",)),
    ("Output", ("output", "reasoning")),
)
"""A column, and how the names of what it sums begin."""
OTHER = "Other"
COLUMNS = (*(label for label, _ in GROUPS), OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """One column's part of a model's cost."""

    label: str
    cost_usd: Decimal | None
    difference_usd: Decimal | None
    """None where no captured cost is known in parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLine:
    """A model beside what was captured."""

    scenario: Scenario
    sums: list[Sum]
    cost: float
    captured: float
    """Widths of the bars, in per cent of the longest."""
    kind: str
    """`cheaper`, `dearer` or "", for the colour beside the sign."""
    without: str
    """Address of the page without it."""


def lines(scenarios: Sequence[Scenario], without: Sequence[str]) -> list[ModelLine]:
    longest = max((_longest(each) for each in scenarios), default=Decimal(0))
    return [
        _line(scenario, address, longest)
        for scenario, address in zip(scenarios, without, strict=True)
    ]


def _line(scenario: Scenario, without: str, longest: Decimal) -> ModelLine:
    gap = scenario.difference_usd
    return ModelLine(
        scenario=scenario,
        sums=[_sum(label, scenario.buckets) for label in COLUMNS],
        cost=_width(scenario.cost_usd, longest),
        captured=_width(scenario.captured_usd, longest),
        kind="" if not gap else "dearer" if gap > 0 else "cheaper",
        without=without,
    )


def _longest(scenario: Scenario) -> Decimal:
    return max(scenario.cost_usd or Decimal(0), scenario.captured_usd or Decimal(0))


def _width(usd: Decimal | None, longest: Decimal) -> float:
    return round(float(usd / longest * 100), 2) if usd and longest else 0.0


def _sum(label: str, buckets: Iterable[BucketCost]) -> Sum:
    own = [each for each in buckets if column_of(each.kind) == label]
    gaps = [each.difference_usd for each in own if each.difference_usd is not None]
    return Sum(
        label=label,
        cost_usd=sum((each.cost_usd for each in own), Decimal(0)) if own else None,
        difference_usd=sum(gaps, Decimal(0)) if gaps else None,
    )


def column_of(kind: str) -> str:
    """The column that a kind of tokens or pieces is summed in."""
    return next((label for label, starts in GROUPS if kind.startswith(starts)), OTHER)

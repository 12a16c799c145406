"""A run over its time, as bars: requests, those that failed, and what they cost.

Called by `observe/pages/run/overview.py`. Drawn from the figures that are kept by
minute and hour (`runs/measure/over_time.py`): no request is read for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from observe import formats
from runs.measure import over_time
from runs.measure.figures import Statistics
from runs.models import Run

FEWEST_STEPS = 6
"""What was over sooner has no shape to show."""
REQUESTS_HEIGHT, COST_HEIGHT, GAP = 64, 36, 19


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBar:
    """A step of time; heights are pixels, places along the time percentages."""

    start: datetime
    x: float
    width: float
    requests: int
    errors: int
    cost_usd: Decimal | None
    fine_y: float
    fine_height: float
    failed_y: float
    failed_height: float
    cost_y: float
    cost_height: float

    @property
    def title(self) -> str:
        failed = f", {self.errors:,} failed" if self.errors else ""
        return f"{self.requests:,} requests{failed}\n{formats.usd(self.cost_usd)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChart:
    """What `templates/run/_chart.html` draws."""

    bars: list[StepBar]
    step_ms: float
    most_requests: int
    most_cost: Decimal
    cost_label_y: int = REQUESTS_HEIGHT + GAP
    height: int = REQUESTS_HEIGHT + GAP + COST_HEIGHT


def chart(run: Run, numbers: Statistics) -> RunChart | None:
    """None for a run that was over within five steps, or of which nothing is known."""
    first, last = numbers.first_started_at, numbers.last_ended_at
    if first is None or last is None:
        return None
    # What began within the last second belongs to it, too.
    asked = over_time.fitting(first, last + timedelta(seconds=1))
    count = asked.steps
    if count < FEWEST_STEPS:
        return None
    found = over_time.read(asked, where={"run": [run.pk]})
    told = {at: figures for (at, _), figures in found.points.items()}
    if not told:
        return None
    most = max(figures.requests for figures in told.values())
    dearest = max((f.cost_usd or Decimal(0) for f in told.values()), default=Decimal(0))
    return RunChart(
        bars=[
            _bar(found, at, count, (most, dearest)) for at in range(count) if at in told
        ],
        step_ms=asked.step_s * 1000.0,
        most_requests=most,
        most_cost=dearest,
    )


def _bar(
    found: over_time.OverTime, at: int, count: int, most: tuple[int, Decimal]
) -> StepBar:
    figures, errors = found.points[at, ""], found.point_errors.get((at, ""), 0)
    scale = REQUESTS_HEIGHT / max(most[0], 1)
    whole, failed = figures.requests * scale, errors * scale
    share = (figures.cost_usd or Decimal(0)) / most[1] if most[1] else Decimal(0)
    cost = float(share) * COST_HEIGHT
    return StepBar(
        start=found.range.start_of(at),
        x=round(at * 100 / count, 3),
        width=round(100 / count, 3),
        requests=figures.requests,
        errors=errors,
        cost_usd=figures.cost_usd,
        fine_y=round(REQUESTS_HEIGHT - whole, 1),
        fine_height=round(whole - failed, 1),
        failed_y=round(REQUESTS_HEIGHT - failed, 1),
        failed_height=round(failed, 1),
        cost_y=round(REQUESTS_HEIGHT + GAP + COST_HEIGHT - cost, 1),
        cost_height=round(cost, 1),
    )

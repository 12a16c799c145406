"""What a condition came to over the last day, minute by minute: a preview's drawing.

The figures are read once, step by step, and a window slides over them; each of its
places is weighed by the function that looks (`figures.weighed`), and whether the alert
would have fired there is said by the one that turns it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from observe.alerts import figures, sources
from observe.alerts.conditions import Condition
from observe.alerts.figures import Reading
from observe.alerts.sources import Sums
from observe.alerts.turning import Stance
from runs.filters.request_filter import Where
from runs.rollups import histogram
from runs.rollups.histogram import Counts
from runs.rollups.steps import HOUR_S, MINUTE_S, MINUTES_KEPT, beginning_of

DAY = timedelta(days=1)
LONGEST_BY_MINUTE = MINUTES_KEPT - DAY - timedelta(hours=1)
"""Minutes are not kept for longer windows of a day ago: those slide by hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDay:
    """Readings, the oldest first; the last one is now's."""

    readings: list[Reading]
    fired: int
    """How often it would have begun to fire, looked at once a step."""


def read(
    condition: Condition,
    where: str,
    *,
    least: int = 1,
    hold_s: int = 0,
    at: datetime | None = None,
) -> LastDay:
    """Raises `BadFilter`."""
    now = figures.read(condition, where, least=least, at=at)
    readings = [*_slide(condition, Where.read(where), least, now.end), now]
    return LastDay(readings=readings, fired=_fired(readings, hold_s))


def _slide(
    condition: Condition, where: Where, least: int, end: datetime
) -> Iterator[Reading]:
    step_s = MINUTE_S if condition.window <= LONGEST_BY_MINUTE else HOUR_S
    step = timedelta(seconds=step_s)
    last = beginning_of(end, step_s)
    at = last - DAY
    start = beginning_of(at - condition.window, step_s)
    source = sources.source(where, start, last)
    sums = source.sums_by(step_s)
    times = (
        source.times_by(step_s, condition.is_of_ttft) if condition.percentile else {}
    )
    window = _Window(sums, times)
    edge = start
    while at <= last:
        while edge < at:
            window.take(edge)
            edge += step
        begins = beginning_of(at - condition.window, step_s)
        while start < begins:
            window.take(start, -1)
            start += step
        within = (begins, at)
        yield figures.weighed(
            condition, window.sums, window.times, least=least, within=within
        )
        at += step


class _Window:
    """What is inside while it slides."""

    def __init__(
        self, sums: dict[datetime, Sums], times: dict[datetime, Counts]
    ) -> None:
        self._sums, self._times = sums, times
        self.sums, self.times = Sums(), dict[int, int]()

    def take(self, step: datetime, sign: int = 1) -> None:
        """In, or out again."""
        if found := self._sums.get(step):
            self.sums = self.sums.plus(found, sign)
        if counts := self._times.get(step):
            histogram.add(self.times, counts, sign)


def _fired(readings: list[Reading], hold_s: int) -> int:
    stance, fired = Stance(), 0
    for each in readings:
        was = stance.is_firing
        stance = stance.after(each.is_broken, each.end, hold_s)
        fired += stance.is_firing and not was
    return fired

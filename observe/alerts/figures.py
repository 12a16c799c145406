"""The one function that says what a condition comes to: of preview and of alert.

Where the filter is of provider, model, operation, outcome and run alone, figures over
time have added it up. Else the requests of the window are summed by the database: all
indexes end with the id, and the window's first id bounds them. Both begin at a full
minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from observe.alerts import sources
from observe.alerts.conditions import Condition, Metric
from observe.alerts.sources import OF_FIGURES, Sums
from runs.filters import BadFilter
from runs.filters.request_filter import Where
from runs.rollups import histogram
from runs.rollups.histogram import Counts
from runs.rollups.steps import HOUR_S, MINUTE_S, MINUTES_KEPT, beginning_of

LONGEST_OF_ROWS = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a condition comes to, and of what."""

    value: Decimal | float | None
    """None: not known, as the errors' share of no requests."""
    requests: int
    unpriced: int
    """Billed, and their cost not known."""
    start: datetime
    end: datetime
    is_broken: bool


def read(
    condition: Condition, where: str, *, least: int = 1, at: datetime | None = None
) -> Reading:
    """Raises `BadFilter`."""
    end = at or datetime.now(UTC)
    found = Where.read(where)
    check_length(found, condition)
    start = beginning(end, condition.window)
    source = sources.source(found, start, end)
    times = source.times(condition.is_of_ttft) if condition.percentile else {}
    return weighed(condition, source.sums(), times, least=least, within=(start, end))


def weighed(
    condition: Condition,
    sums: Sums,
    times: Counts,
    *,
    least: int,
    within: tuple[datetime, datetime],
) -> Reading:
    """The condition of these figures."""
    value = _value(condition, sums, times)
    is_enough = not condition.wants_some or sums.requests >= least
    return Reading(
        value=value,
        requests=sums.requests,
        unpriced=sums.unpriced,
        start=within[0],
        end=within[1],
        is_broken=is_enough and condition.is_broken_by(value),
    )


def check_length(where: Where, condition: Condition) -> None:
    """Raises `BadFilter` where so much can't be summed every few seconds."""
    if condition.window > LONGEST_OF_ROWS and not sources.of_figures(where):
        raise BadFilter(
            "A window of more than a day is for filters of"
            f" {', '.join(sorted(OF_FIGURES))} alone."
        )


def beginning(end: datetime, window: timedelta) -> datetime:
    """The minute, or where those are gone the hour, in which the window begins."""
    start = end - window
    is_old = window > MINUTES_KEPT - timedelta(hours=1)
    step = HOUR_S if is_old else MINUTE_S
    return beginning_of(start, step)


def _value(condition: Condition, sums: Sums, times: Counts) -> Decimal | float | None:
    if condition.percentile is not None:
        return histogram.percentile(times, condition.percentile)
    if condition.is_share:
        return 100 * sums.errors / sums.requests if sums.requests else None
    return {
        Metric.REQUESTS: sums.requests,
        Metric.ERRORS: sums.errors,
        Metric.TOKENS: sums.tokens,
        Metric.COST: sums.cost if sums.priced else None,
    }[condition.metric]

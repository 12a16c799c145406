"""What an alert's condition would have done in the last day, drawn with its limit.

`observe/alerts/drawing.py` finds it by the function that looks; here it becomes columns
in a drawer. Places are percent across and pixels down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from observe.alerts import conditions, drawing
from observe.alerts.conditions import BadCondition, Condition, Metric
from observe.alerts.drawing import LastDay
from observe.alerts.figures import Reading
from runs.filters import BadFilter

HEIGHT = 96
COLUMNS = 96
"""Of a quarter of an hour each."""
ROOM = 1.15
"""Above the highest."""
NEEDED = frozenset({"condition", "where", "hold_s", "min_requests"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewColumn:
    """A quarter of an hour: the reading in it that is nearest to firing, or beyond."""

    at: datetime
    told: str
    x: float
    y: float
    height: float
    is_broken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPreview:
    """What `templates/settings/_alert_preview.html` draws."""

    condition: str
    limit: str
    """In words, at its line."""
    limit_y: float
    now: str
    requests: int
    is_broken: bool
    """Now."""
    unpriced: int
    fired: int
    columns: list[PreviewColumn]
    """Of what is known; none: nothing is."""
    width: float
    start: datetime
    end: datetime
    height: int = HEIGHT


def preview(form: Any) -> DayPreview | None:
    """Of the values that the form holds; None while they are wrong."""
    row = form.instance
    if not row.condition or NEEDED & form.errors.keys():
        return None
    try:
        condition = conditions.read(row.condition)
        day = drawing.read(
            condition, row.where, least=row.min_requests, hold_s=row.hold_s
        )
    except (BadCondition, BadFilter):
        return None
    return _drawn(condition, day)


def _drawn(condition: Condition, day: LastDay) -> DayPreview:
    now = day.readings[-1]
    limit = float(condition.limit)
    chosen = list(_chosen(condition, day.readings))
    highest = max([limit, *(float(each.value or 0) for _, each in chosen)]) or 1.0
    scale = (HEIGHT - 1) / (highest * ROOM)
    return DayPreview(
        condition=condition.text,
        limit=condition.told(condition.limit),
        limit_y=round(HEIGHT - 1 - limit * scale, 1),
        now=condition.told(now.value),
        requests=now.requests,
        is_broken=now.is_broken,
        unpriced=now.unpriced if condition.metric is Metric.COST else 0,
        fired=day.fired,
        columns=[_column(condition, at, each, scale) for at, each in chosen],
        width=round(100 / COLUMNS * 0.8, 3),
        start=day.readings[0].end,
        end=now.end,
    )


def _chosen(
    condition: Condition, readings: list[Reading]
) -> Iterator[tuple[int, Reading]]:
    """For each column that has one."""
    first, last = readings[0].end, readings[-1].end
    width = (last - first) / COLUMNS
    found: dict[int, list[Reading]] = {}
    for each in readings:
        if each.value is not None:
            at = min(int((each.end - first) / width), COLUMNS - 1)
            found.setdefault(at, []).append(each)
    for at, some in found.items():
        yield at, _worst(condition, some)


def _worst(condition: Condition, readings: Iterable[Reading]) -> Reading:
    side = 1 if condition.is_upwards else -1
    return max(
        readings, key=lambda each: (each.is_broken, side * float(each.value or 0))
    )


def _column(
    condition: Condition, at: int, reading: Reading, scale: float
) -> PreviewColumn:
    # What is there is seen, however little it is.
    height = max(float(reading.value or 0) * scale, 1.0)
    return PreviewColumn(
        at=reading.end,
        told=condition.told(reading.value),
        x=round((at + 0.1) * 100 / COLUMNS, 3),
        y=round(HEIGHT - 1 - height, 1),
        height=round(height, 1),
        is_broken=reading.is_broken,
    )

"""What `/api/figures` says of sums: unknown is null, the largest groups are told."""

from __future__ import annotations

from datetime import UTC, datetime

from runs.measure.over_time import OverTime, Range
from runs.rollups.figures import Figures
from runs.schemas.figures import MOST_GROUPS, OverTimeOut, shown

HOUR = Range(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, 1, tzinfo=UTC), 60)


def test_nothing_is_unknown_and_not_free() -> None:
    told = OverTimeOut(**shown(OverTime(HOUR), OverTime(HOUR.before), None))
    assert told.total.requests == 0
    assert told.total.cost_usd is None
    assert told.total.cache_hit_rate is None
    assert told.total.duration_ms.p95 is None
    assert (told.groups, told.points) == ([], [])


def test_the_largest_groups_are_told_with_their_points() -> None:
    found = OverTime(HOUR)
    for number in range(MOST_GROUPS + 5):
        figures = Figures(requests=number + 1)
        found.groups[str(number)] = found.points[number, str(number)] = figures
        found.group_errors[str(number)] = found.point_errors[number, str(number)] = 0
    told = shown(found, OverTime(HOUR.before), {"24": "the largest"})
    assert [each["value"] for each in told["groups"]][:2] == ["the largest", "23"]
    assert len(told["groups"]) == len(told["points"]) == MOST_GROUPS
    assert told["points"][-1]["start"] == datetime(2026, 3, 1, 0, 24, tzinfo=UTC)

"""Where dots stand: cheap left, good above, and a line through what none beats."""

from __future__ import annotations

import pytest

from runs.experiments import drawing, report
from tests.runs.experiments import made


@pytest.mark.django_db
def test_the_line_joins_the_arms_that_no_other_beats() -> None:
    made.whole(cheap=0.5)
    found = report.make("demo")
    frontier = drawing.frontier(found)
    assert frontier is not None
    plain, fast = frontier.dots
    assert fast.x < plain.x
    assert fast.y < plain.y
    assert (plain.is_out, fast.is_out) == (True, False)
    assert frontier.line == f"{fast.x:.0f},{fast.y:.0f}"
    [cost, *_] = drawing.spreads(found)
    assert [(lane.task, len(lane.dots)) for lane in cost.lanes] == [
        *[("explain", 4)] * 2,
        *[("plan", 4)] * 2,
    ]
    assert sum(dot.is_out for lane in cost.lanes for dot in lane.dots) == 2

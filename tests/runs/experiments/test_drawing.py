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
    assert [name.text for name in frontier.names] == ["demo-plain", "demo-fast"]
    [cost, *_] = drawing.spreads(found)
    assert (cost.name, cost.least) == ("Cost", "$0")
    assert [(lane.task, len(lane.dots)) for lane in cost.lanes] == [
        *[("explain", 4), ("", 4)],
        *[("plan", 4), ("", 4)],
    ]
    assert sum(dot.is_out for lane in cost.lanes for dot in lane.dots) == 2


def test_names_on_one_spot_stand_below_each_other() -> None:
    one, other, far = (drawing.Dot(x, 40, "", 0) for x in (100, 101, 540))
    names = drawing._names([one, other, far], ["plain", "fast", "reasoning"])
    assert [(name.y, name.anchor) for name in names] == [
        *[(44, "start"), (57, "start")],
        (44, "end"),
    ]

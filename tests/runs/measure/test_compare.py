"""Runs side by side: every metric, a verdict, and what changed turn by turn."""

from __future__ import annotations

from typing import Any

import pytest

from pricing.quote import Quote
from pricing.usage import Usage
from runs.measure.compare import compare
from runs.measure.differences import Comparison, MetricComparison
from runs.measure.metrics import METRICS
from tests import make
from tests.runs.make_run import priced, run_of, run_with

pytestmark = pytest.mark.django_db


def metric(found: Comparison, name: str) -> MetricComparison:
    return next(each for each in found.metrics if each.metric == name)


def side(*costs: str) -> list[Any]:
    """A run of two calls per cost."""
    return [run_with(make.record(quote=priced(usd)), make.record()) for usd in costs]


def test_two_runs_are_told_apart_but_not_judged() -> None:
    found = compare([side("0.10"), side("0.25")])
    cost = metric(found, "cost_usd")
    (difference,) = cost.differences
    assert [each.values for each in cost.sides] == [(0.10,), (0.25,)]
    assert difference.absolute == pytest.approx(0.15)
    assert difference.percent == pytest.approx(150)
    assert difference.is_better is False
    assert difference.is_more_than_noise is None
    assert difference.low is None


def test_several_runs_a_side_have_intervals_and_a_verdict() -> None:
    found = compare(
        [side("0.10", "0.12", "0.11", "0.10"), side("0.31", "0.29", "0.33", "0.30")]
    )
    cost = metric(found, "cost_usd")
    (difference,) = cost.differences
    assert difference.is_more_than_noise is True
    assert difference.low is not None
    assert 0 < difference.low < 0.2 < (difference.high or 0)
    assert cost.sides[0].median == pytest.approx(0.105)
    assert metric(found, "requests").differences[0].is_more_than_noise is False
    assert metric(found, "requests").differences[0].is_better is None


def test_a_cost_that_is_not_known_in_full_is_not_compared() -> None:
    strange = make.record(quote=Quote(status="no_price", cost_usd=None))
    found = compare([side("0.10"), [run_with(make.record(quote=priced("1")), strange)]])
    cost = metric(found, "cost_usd")
    assert cost.sides[1].values == (None,)
    assert cost.differences[0].absolute is None


def test_more_throughput_is_better_and_more_time_is_worse() -> None:
    slow = run_with(make.record(duration_ms=4000.0))
    fast = run_with(make.record(duration_ms=1000.0))
    found = compare([[slow], [fast]])
    assert metric(found, "duration_p50_ms").differences[0].is_better is True
    assert metric(found, "output_tokens_per_s_busy").differences[0].is_better is True


def test_every_metric_is_there_for_runs_without_requests() -> None:
    found = compare([[run_with()], [run_with()], [run_with()]])
    assert [each.metric for each in found.metrics] == [each.name for each in METRICS]
    assert all(len(each.differences) == 2 for each in found.metrics)
    assert found.turns == ()


def test_turns_of_two_runs_tell_what_changed() -> None:
    before = run_of(["plan", "build"], name="main", tool_calls=("read",))
    usage = Usage(input=500, output=48)
    after = run_of(["plan", "build"], name="branch", usage=usage, model="gpt-5")

    found = compare([[before], [after]])

    assert [each.sides[0] and each.sides[0].message for each in found.turns] == [
        *("plan", "build"),
    ]
    changes = {each.aspect: each for each in found.turns[0].changes[0]}
    assert set(changes) == {"prompt", "models", "tools", "tokens"}
    assert (changes["prompt"].before, changes["prompt"].after) == (120, 500)
    assert changes["tools"].before == ("read", "read")
    assert [[run.name for run in side] for side in found.sides] == [
        *(["main"], ["branch"]),
    ]
    assert found.as_dict()["turns"][0]["sides"][0]["cost_usd"] == "0"

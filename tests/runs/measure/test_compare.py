"""Runs side by side: every metric, a verdict, and what changed turn by turn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pricing.quote import Quote
from pricing.usage import NO_USAGE, Usage
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
    assert difference.verdict == "not_judged"
    assert difference.is_more_than_noise is None
    assert difference.low is None


def test_several_runs_a_side_have_intervals_and_a_verdict() -> None:
    found = compare(
        [side("0.10", "0.12", "0.11", "0.10"), side("0.31", "0.29", "0.33", "0.30")]
    )
    cost = metric(found, "cost_usd")
    (difference,) = cost.differences
    assert difference.verdict == "more_than_noise"
    assert (difference.basis, difference.is_more_than_noise) == ("run", True)
    assert difference.low is not None
    assert 0 < difference.low < 0.2 < (difference.high or 0)
    assert cost.sides[0].mean == pytest.approx(0.1075)
    assert difference.absolute == pytest.approx(0.3075 - 0.1075)
    assert 0 < (difference.smallest_seen or 0) < 0.2
    (same,) = metric(found, "requests").differences
    assert (same.verdict, same.is_more_than_noise) == ("not_shown", None)
    assert same.is_better is None


def test_nothing_in_a_comparison_says_that_there_is_no_difference() -> None:
    runs = side("0.10", "0.12", "0.11", "0.10", "0.13", "0.12", "0.10", "0.11")
    found = compare([runs[:4], runs[4:]]).as_dict()
    told = [each["differences"][0] for each in found["metrics"]]
    assert {each["verdict"] for each in told} == {"not_shown", "not_judged"}
    assert {each["is_more_than_noise"] for each in told} == {None}
    cost = told[0]
    assert cost["smallest_seen"] > abs(cost["absolute"])


def test_the_totals_of_a_run_that_was_refused_are_no_better() -> None:
    whole = [make.record(quote=priced("0.10"), duration_ms=900.0) for _ in range(4)]
    refused = make.record(
        status=429, is_success=False, quote=None, usage=NO_USAGE, duration_ms=5.0
    )
    limited = [make.record(quote=priced("0.10"), duration_ms=900.0), *[refused] * 3]
    found = compare([[run_with(*whole)], [run_with(*fresh(limited))]])
    for name in ("cost_usd", "total_tokens", "duration_sum_ms"):
        (difference,) = metric(found, name).differences
        assert (difference.absolute or 0) < 0
        assert difference.is_better is None, name
        assert "75% failed" in difference.caveat
    assert metric(found, "error_rate").differences[0].is_better is False
    turned = compare([[run_with(*fresh(limited))], [run_with(*fresh(whole))]])
    (cost,) = metric(turned, "cost_usd").differences
    assert cost.is_better is None
    assert "75% failed" in cost.caveat


def fresh(records: list[Any]) -> list[Any]:
    return [replace(record, uid=make.uid()) for record in records]


def test_runs_of_tasks_are_compared_within_each_task() -> None:
    tasks = {"a": 0.01, "b": 0.1, "c": 1.0, "d": 10.0, "e": 30.0, "f": 90.0}

    def runs(factor: float) -> list[Any]:
        return [
            run_with(
                make.record(quote=priced(f"{usd * factor:.6f}")),
                metadata={"task": name},
            )
            for name, usd in tasks.items()
            for _ in range(2)
        ]

    (cost,) = metric(compare([runs(1), runs(0.9)]), "cost_usd").differences
    assert (cost.basis, cost.verdict) == ("task", "more_than_noise")
    assert cost.is_better is True
    assert cost.absolute == pytest.approx(-0.1 * sum(tasks.values()) / 6)


def test_two_runs_of_the_same_turns_are_compared_turn_by_turn() -> None:
    messages = ["plan", "build", "test", "fix", "polish", "ship"]
    before = run_of(messages, usage=Usage(input=100, output=40))
    after = run_of(messages, usage=Usage(input=100, output=30))
    (output,) = metric(compare([[before], [after]]), "output_tokens").differences
    assert output.verdict == "not_judged"
    assert output.by_turn is not None
    assert output.by_turn.verdict == "more_than_noise"
    assert (output.by_turn.turns, output.by_turn.absolute) == (6, -20)
    assert output.by_turn.is_better is True
    few = compare([[run_of(messages[:5])], [run_of(messages[:5])]])
    assert metric(few, "output_tokens").differences[0].by_turn is None


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

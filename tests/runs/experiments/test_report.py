"""Reports: arms and what differs, outages apart, red lines, and every format."""

from __future__ import annotations

import pytest

from runs.experiments import report, words
from runs.measure.noise import Verdict
from tests.runs.experiments import made

pytestmark = pytest.mark.django_db


def test_arms_side_by_side_and_what_differs() -> None:
    made.whole(cheap=0.5)
    found = report.make("demo")
    plain, fast = found.arms
    assert (plain.name, plain.sessions, plain.passed, plain.judged) == (
        *("demo-plain", 8, 6, 8),
    )
    assert plain.cost_usd == pytest.approx(0.1648)
    assert plain.cost_per_pass_usd == pytest.approx(0.1648 / 6)
    assert plain.cost_of_failures_usd == pytest.approx(0.04)
    assert fast.cost_usd == pytest.approx(0.0824)
    assert [each.k for each in fast.passing] == [1, 2, 3, 4]
    assert plain.passing[0].any == pytest.approx(0.75)
    assert (plain.passing[3].any, plain.passing[3].all) == (1.0, 0.0)
    cost = next(each for each in found.metrics if each.metric == "cost_usd")
    [gap] = cost.differences
    assert (gap.basis, gap.verdict) == ("repeat", Verdict.MORE_THAN_NOISE)
    assert gap.percent == pytest.approx(-50)
    assert gap.is_better
    assert gap.low is not None
    assert gap.high is not None
    # Tasks differ threefold; within each of them, repeats hardly do.
    assert gap.low < -0.0103 < gap.high < -0.0095
    assert found.warnings == ()
    [line] = (each for each in words.lines(found) if each.name == "cost_usd")
    assert line.differences[0].mark == "better"


def test_too_few_repeats_are_said_to_be() -> None:
    made.loaded()
    for variant in made.VARIANTS:
        made.session(variant, "plan")
    found = report.make("demo")
    cost = next(each for each in words.lines(found) if each.name == "cost_usd")
    assert cost.differences[0].verdict == "not enough"
    assert words.standing(found) == "2 of 20 sessions are measured."


def test_an_outage_is_counted_and_not_measured() -> None:
    made.loaded()
    made.session("demo-plain", "plan")
    down = {"status": 503, "is_success": False, "quote": None}
    made.session("demo-plain", "plan", passed=False, fields=down)
    [plain, fast] = report.make("demo").arms
    assert (plain.sessions, plain.outages, plain.judged, plain.passed) == (1, 1, 1, 1)
    assert [line.is_outage for line in plain.lines] == [False, True]
    assert (fast.sessions, fast.cost_usd) == (0, None)


def test_what_changes_within_an_arm_is_a_red_line() -> None:
    made.loaded()
    made.session("demo-plain", "plan")
    made.session("demo-plain", "plan", fields={"system_hash": "bbbb"})
    found = report.make("demo")
    assert found.warnings[0] == (
        "demo-plain: system prompt changed between sessions: aaaa, bbbb."
    )
    traits = {trait.name: trait for trait in found.arms[0].identity}
    assert traits["system prompt"].changed
    assert not traits["model served"].changed

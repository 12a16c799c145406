"""Verdicts, quantiles and intervals as SciPy and statsmodels have them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runs.experiments import planning
from runs.measure import noise, resampling, timings
from runs.measure.noise import Verdict
from tests.runs.measure.with_scipy import PLACE

TOLD: dict[str, list[Any]] = json.loads(PLACE.read_text())


def is_shown(judged: list[noise.Judged]) -> bool:
    return judged[0].verdict is Verdict.MORE_THAN_NOISE


@pytest.mark.parametrize("level", [0.05, 0.1, 0.3])
def test_deals_to_two_sides(level: float) -> None:
    """`permutation_test`, exact: a difference is shown where its p is small enough."""
    said = [
        is_shown(noise.between([each["first"]], [each["other"]], level))
        for each in TOLD["between"]
    ]
    assert said == [each["p"] <= level for each in TOLD["between"]]
    assert len(set(said)) == 2


@pytest.mark.parametrize("level", [0.05, 0.1, 0.3])
def test_swaps_within_pairs(level: float) -> None:
    said = [is_shown(noise.within([each["gaps"]], level)) for each in TOLD["within"]]
    assert said == [each["p"] <= level for each in TOLD["within"]]
    assert len(set(said)) == 2


def test_students_quantiles() -> None:
    for share, freedom, found in TOLD["student"]:
        assert planning.student(share, freedom) == pytest.approx(found, rel=0.005)


def test_repeats_for_a_difference() -> None:
    """`TTestIndPower`, of one task; whole repeats, and a normal for what is missed."""
    for effect, spread, found in TOLD["repeats"]:
        planned = planning.repeats(effect, spread, tasks=1, arms=2)
        assert planned is not None
        assert found - 1 <= planned <= found + 2, (effect, spread)


def test_percentiles_by_nearest_rank() -> None:
    """NumPy's `inverted_cdf`."""
    for each in TOLD["percentiles"]:
        told = timings.distribution(sorted(each["values"]))
        found = [told.p50_ms, told.p90_ms, told.p95_ms, told.p99_ms]
        assert found == pytest.approx(each["found"])


def test_bootstrap_intervals() -> None:
    """The percentile method; Weir draws a thousand times, SciPy drew 20,000."""
    for each in TOLD["bootstrap"]:
        [means] = resampling.drawn_means([each["values"]], resampling.FIRST_SEED)
        interval = resampling.middle(means)
        assert interval is not None
        width = each["high"] - each["low"]
        assert interval.low == pytest.approx(each["low"], abs=width / 12)
        assert interval.high == pytest.approx(each["high"], abs=width / 12)

"""Percentiles of a histogram are within the error that it states."""

from __future__ import annotations

import math
import random

import pytest

from runs.rollups import histogram


@pytest.mark.parametrize("share", [0.01, 0.5, 0.95, 0.99, 1.0])
def test_percentiles_are_within_two_percent_of_the_rank(share: float) -> None:
    source = random.Random(7)
    values = sorted(source.lognormvariate(6, 2.5) for _ in range(5000))
    counts: histogram.Counts = {}
    for value in values:
        histogram.add(counts, {histogram.bucket(value): 1})
    true = values[max(1, math.ceil(share * len(values))) - 1]
    told = histogram.percentile(counts, share)
    assert told == pytest.approx(true, rel=histogram.ERROR + 1e-9)
    assert histogram.ERROR < 0.02


def test_two_halves_merged_are_the_whole_and_can_be_parted() -> None:
    one, other = {1: 2, 5: 1}, {5: 3, -2: 1}
    whole = dict(one)
    histogram.add(whole, other)
    assert whole == {1: 2, 5: 4, -2: 1}
    assert histogram.unpack(histogram.pack(whole)) == whole
    histogram.add(whole, other, -1)
    assert whole == one


def test_odd_times_have_a_bucket() -> None:
    assert histogram.middle(histogram.bucket(0.0)) == 0.0
    assert histogram.middle(histogram.bucket(-1.0)) == 0.0
    assert histogram.percentile({}, 0.5) is None
    assert histogram.percentile({histogram.bucket(1e12): 1}, 0.5) is not None

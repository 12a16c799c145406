"""Writes `scipy_values.json`: what SciPy and statsmodels say of made-up data.

Neither is installed for the tests: together they are larger than all of Weir. In an
environment of their own (written with SciPy 1.17 and statsmodels 0.15):

    pip install scipy statsmodels && python -m tests.runs.measure.with_scipy
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

PLACE = Path(__file__).with_name("scipy_values.json")


def main() -> None:
    numpy: Any = import_module("numpy")
    stats: Any = import_module("scipy.stats")
    power: Any = import_module("statsmodels.stats.power")
    dice = Random(7)
    told = {
        "between": [_between(stats, numpy, dice) for _ in range(40)],
        "within": [_within(stats, numpy, dice) for _ in range(40)],
        "student": [
            [share, freedom, float(stats.t.ppf(share, freedom))]
            for share in (0.9, 0.975, 0.9875)
            for freedom in (5, 8, 17, 60)
        ],
        "repeats": [
            [effect, spread, _repeats(power, effect, spread)]
            for effect in (0.1, 0.2, 0.3)
            for spread in (0.2, 0.3, 0.5)
        ],
        "percentiles": [_percentiles(numpy, dice) for _ in range(20)],
        "bootstrap": [_bootstrap(stats, numpy, dice) for _ in range(5)],
    }
    PLACE.write_text(json.dumps(told) + "\n")


def _between(stats: Any, numpy: Any, dice: Random) -> dict[str, Any]:
    """Two sides that have nothing to do with each other, every way to deal counted."""
    shift, sizes = dice.choice((0, 1, 2)), (dice.randint(4, 6), dice.randint(4, 6))
    first = [dice.gauss(10, 1) for _ in range(sizes[0])]
    other = [dice.gauss(10 + shift, 1) for _ in range(sizes[1])]
    found = stats.permutation_test(
        (first, other),
        lambda a, b, axis: abs(numpy.mean(a, axis) - numpy.mean(b, axis)),
        vectorized=True,
        n_resamples=numpy.inf,
        alternative="greater",
    )
    return {"first": first, "other": other, "p": float(found.pvalue)}


def _within(stats: Any, numpy: Any, dice: Random) -> dict[str, Any]:
    """Pairs, every way to swap within them counted."""
    shift = dice.choice((0, 0.5, 1))
    gaps = [dice.gauss(shift, 1) for _ in range(dice.randint(6, 10))]
    found = stats.permutation_test(
        (gaps,),
        lambda a, axis: abs(numpy.mean(a, axis)),
        permutation_type="samples",
        vectorized=True,
        n_resamples=numpy.inf,
        alternative="greater",
    )
    return {"gaps": gaps, "p": float(found.pvalue)}


def _repeats(power: Any, effect: float, spread: float) -> float:
    """Of each arm, for a difference that is found eight times of ten."""
    deviation = spread * ((1 + (1 + effect) ** 2) / 2) ** 0.5
    found = power.TTestIndPower().solve_power(
        effect_size=effect / deviation, alpha=0.05, power=0.8
    )
    return float(found)


def _percentiles(numpy: Any, dice: Random) -> dict[str, Any]:
    values = [dice.lognormvariate(5, 1) for _ in range(dice.randint(1, 40))]
    shares = (50, 90, 95, 99)
    found = numpy.percentile(values, shares, method="inverted_cdf")
    return {"values": values, "found": [float(each) for each in found]}


def _bootstrap(stats: Any, numpy: Any, dice: Random) -> dict[str, Any]:
    values = [dice.gauss(10, 2) for _ in range(20)]
    found = stats.bootstrap(
        (values,), numpy.mean, n_resamples=20_000, method="percentile", rng=1
    ).confidence_interval
    return {"values": values, "low": float(found.low), "high": float(found.high)}


if __name__ == "__main__":
    main()

"""What stands together has one unit, and nothing is rounded to nothing."""

from __future__ import annotations

import pytest

from runs.experiments.scales import Gauge, Scale
from runs.measure.metrics import Unit


@pytest.mark.parametrize(
    ("unit", "values", "told"),
    [
        ("usd", (0.00015134, 0.00020702), ["$0.000151", "$0.000207"]),
        ("usd", (None, 12.3456), ["unknown", "$12.3"]),
        ("usd", (1204.5, 0.0), ["$1,204", "$0"]),
        ("ms", (931.5, 2.2), ["931.5 ms", "2.2 ms"]),
        ("ms", (2054.8, 9.9), ["2.055 s", "0.010 s"]),
        ("ms", (900_000.0, 61_000.0), ["15.0 min", "1.0 min"]),
        ("ms", (2054.8, 0.001), ["2.055 s", "<0.001 s"]),
        ("share", (0.304, 1.0), ["30 %", "100 %"]),
        ("share", (0.997, 0.5), ["99.7 %", "50.0 %"]),
        ("tokens_per_s", (77.4, 25417.7), ["77/s", "25,418/s"]),
        ("tokens", (335.0, 1405.0), ["335", "1,405"]),
        ("count", (9.9999, 3.0), ["10.0", "3.0"]),
        ("count", (-1.5, None), ["−1.50", "–"]),
        ("count", (1e308, -3e15, 2.0), ["1e+308", "−3e+15", "2"]),
    ],
)
def test_values_of_a_metric_share_a_unit(
    unit: Unit, values: tuple[float | None, ...], told: list[str]
) -> None:
    scale = Scale.of(unit, values)
    assert [scale.told(value) for value in values] == told


@pytest.mark.parametrize(
    ("unit", "base", "gaps", "told", "size"),
    [
        ("usd", 0.000151, (5.6e-05, 4.8e-05), ["+37 %", "+32"], "37 %"),
        ("ms", 2000.0, (-1990.0, -1996.0), ["−99.5 %", "−99.8"], "99.5 %"),
        ("ms", 2000.0, (-2.0, 0.0), ["−0.1 %", "0"], "0.1 %"),
        ("count", 2.0, (650.0, 350.0), ["×326", "×176"], "32,500 %"),
        ("share", 0.3, (0.15, -0.05), ["+15.0 points", "−5.0"], "15.0 points"),
        ("usd", 0.0, (0.25, 0.1), ["+$0.250", "+0.100"], "$0.250"),
        ("count", -2.0, (1.5, -0.5), ["+1.50", "−0.50"], "1.50"),
    ],
)
def test_a_difference_and_its_interval_are_told_alike(
    unit: Unit, base: float, gaps: tuple[float, float], told: list[str], size: str
) -> None:
    gauge = Gauge.of(Scale.of(unit, [base, base + gaps[0]]), base, gaps)
    first, second = gaps
    assert [gauge.told(first), gauge.told(second, unit=False)] == told
    assert gauge.size(first) == size


def test_the_exact_value_is_there_for_who_wants_it() -> None:
    assert Scale.of("usd", []).exact(-0.000151340) == "−0.00015134 USD"
    assert Scale.of("ms", []).exact(2049.613) == "2,049.613 ms"
    assert Scale.of("share", []).exact(1 / 3) == "33.333333 %"

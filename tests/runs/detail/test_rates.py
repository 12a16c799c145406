"""`runs/detail/rates.py`: words that tell the lines of a quote, or that none do."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pricing.quote import QuoteLine
from runs.detail.rates import ALONE, counts_of, rates_of, read


def line(kind: str, tokens: int, rate: str, cost: str) -> QuoteLine:
    return QuoteLine(
        kind=kind,
        tokens=tokens,
        usd_per_million=Decimal(rate),
        cost_usd=Decimal(cost),
    )


TOKENS = (1_000_000, None, 0, None, 500_000, 200_000)
LINES = [
    line("input", 1_000_000, "2.5", "2.5"),
    line("output", 300_000, "10", "3"),
    line("reasoning", 200_000, "20", "4"),
    line("request", 0, "0", "0.005"),
]


def test_lines_are_told_again_from_rates_and_counts() -> None:
    words = rates_of(LINES, TOKENS, is_special=False)
    assert words == "input:2.5 output:10 reasoning:20 request=0.005"
    told = read(words)
    counts = counts_of(TOKENS, {rate.kind for rate in told})
    costs = {rate.kind: rate.cost_usd(1, counts.get(rate.kind, 0)) for rate in told}
    assert costs == {each.kind: each.cost_usd for each in LINES}
    whole = [line("output", 500_000, "10", "5")]
    assert rates_of(whole, TOKENS, is_special=False) == "output:10"
    assert read(rates_of([], TOKENS, is_special=False)) == []


@pytest.mark.parametrize(
    "lines",
    [
        [line("input", 999_999, "2.5", "2.4999975")],  # of another pass of the model
        [line("input", 1_000_000, "2.5", "2")],  # a cost that it doesn't come to
        [line("input", 1_000_000, "2.5", "2.5")] * 2,
        [line("a fee", 0, "0", "1")],
    ],
)
def test_what_can_t_be_told_so_stays_alone(lines: list[QuoteLine]) -> None:
    assert rates_of(lines, TOKENS, is_special=False) == ALONE
    assert rates_of(LINES, TOKENS, is_special=True) == ALONE

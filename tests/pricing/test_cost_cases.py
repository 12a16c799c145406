"""Answers of 24 providers, through the real readers, against costs worked out by hand.

`cases/cost.jsonl` has an exchange a line: `lines` are tokens and USD per 1M, `fees` USD
beside, `cost` their sum, null where no list price can be known. Prices of 2026-11-25;
the rates of the last 78 are those of LiteLLM's price file of that week.
"""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from pricing.book import PriceBook
from proxy.recording.playing import play

# On PostgreSQL, too: for all that is worked out from prices in memory.
pytestmark = pytest.mark.database
Case = dict[str, Any]
CASES: list[Case] = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "cost.jsonl")
    .read_text()
    .splitlines()
]
MISSING = {
    # A cost there is, and nobody but the provider can know it → what the quote names.
    "openai-gpt-5-asked-priority-silent": "the answer doesn't say how it was served",
    "tok-gemini-cut": "The stream broke off",
}
CUT = frozenset({"tok-vllm-cut", "tok-gemini-cut"})
"""What they had put out until then isn't what they are billed for."""
BUCKETS = {
    "input": "input",
    "cached_input": "cache_read",
    "cache_write_input": "cache_write",
    "output": "output",
    "reasoning": "reasoning",
}


def provider_of(case: Case) -> str:
    return str(case["path"].split("/")[1])


def by_provider() -> dict[str, list[Case]]:
    cases = sorted(CASES, key=provider_of)
    return {name: list(found) for name, found in groupby(cases, key=provider_of)}


each_provider = pytest.mark.parametrize(
    "cases", [pytest.param(found, id=name) for name, found in by_provider().items()]
)


@each_provider
def test_an_answer_costs_what_was_worked_out_by_hand(
    cases: list[Case], seeded_book: PriceBook
) -> None:
    for case in cases:
        quote = play(case, seeded_book).quote
        assert quote is not None, case["id"]
        if case["id"] in MISSING or case["cost"] is None:
            assert (quote.cost_usd, bool(quote.why)) == (None, True), case["id"]
            assert MISSING.get(case["id"], "") in quote.why, case["id"]
            continue
        why = quote.why if quote.status == "priced" else ""
        assert (quote.cost_usd, why) == (Decimal(case["cost"]), ""), case["id"]


@each_provider
def test_its_tokens_are_counted_once_each(
    cases: list[Case], seeded_book: PriceBook
) -> None:
    for case in cases:
        usage = play(case, seeded_book).usage
        told = {name: getattr(usage, BUCKETS[name]) for name in case["tokens"]}
        known = {} if case["id"] in CUT else case["tokens"]
        assert told == {**told, **known}, case["id"]


@each_provider
def test_a_formula_holds_every_line_and_its_rate(
    cases: list[Case], seeded_book: PriceBook
) -> None:
    for case in cases:
        quote = play(case, seeded_book).quote
        assert quote is not None, case["id"]
        if quote.status == "priced":
            assert quote.formula.count("$") == len(quote.lines) + 1, case["id"]
            assert sum(line.cost_usd for line in quote.lines) == quote.cost_usd


def test_the_providers_own_figure_is_kept_beside(seeded_book: PriceBook) -> None:
    reported = [case for case in CASES if "reported" in case]
    assert reported
    for case in reported:
        kept = play(case, seeded_book).reported_cost_usd
        assert kept == Decimal(case["reported"]), case["id"]

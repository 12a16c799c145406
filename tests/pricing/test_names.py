"""Which price a model name gets at a provider: `cases/names.jsonl`, [input, output]."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricing.book import PriceBook
from pricing.usage import Usage
from proxy.recording.playing import CHECKED_AT

Case = dict[str, Any]
CASES: list[Case] = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "names.jsonl")
    .read_text()
    .splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['provider']} {c['name']}")
def test_a_name_gets_its_own_price_or_none(case: Case, seeded_book: PriceBook) -> None:
    expected = case.get("expected")
    is_embedding = expected is not None and expected[1] is None
    usage = Usage(input=1000, output=None if is_embedding else 1000)
    operation = "embeddings" if is_embedding else "chat"
    quote = seeded_book.quote(
        case["provider"], [case["name"]], usage, CHECKED_AT, operation
    )
    rates = {line.kind: line.usd_per_million for line in quote.lines}
    if expected is None:
        assert (quote.cost_usd, rates) == (None, {})
        assert quote.why
        return
    got = [rates.get("input"), rates.get("output")]
    assert got == [None if rate is None else Decimal(rate) for rate in expected]

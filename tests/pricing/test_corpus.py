"""The corpus of recorded answers: how large it is, and how it is checked."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from pricing.book import PriceBook
from pricing.shelves import Shelves
from proxy.recording.corpus import check
from tests.pricing.make_price import priced, rates

CORPUS = Path(__file__).parent / "cases" / "cost.jsonl"
LINES = CORPUS.read_text().splitlines()


def test_the_corpus_is_as_broad_as_promised() -> None:
    cases = [json.loads(line) for line in LINES]
    assert len({case["id"] for case in cases}) == len(cases) >= 300
    providers = {case["path"].split("/")[1] for case in cases if case["cost"]}
    assert len(providers) >= 20, providers


def test_an_answer_beside_hand_provider_and_catalogue() -> None:
    (line,) = (each for each in LINES if '"id":"or-gpt-4o"' in each)
    book, half = (_book(input="2.5", output="10"), _book(input="1.25", output="5"))
    (answer,) = check([line, ""], book, {"silent": _book(input="1"), "same": book})
    assert answer.cost_usd == Decimal("0.0045")
    assert answer.others == {
        **{"by hand": Decimal("0.0045"), "reported": Decimal("0.0045")},
        **{"silent": None, "same": Decimal("0.0045")},
    }
    assert answer.differing == {}
    (answer,) = check([line], half, {"full": book})
    assert sorted(answer.differing) == ["by hand", "full", "reported"]


def _book(**usd: str) -> PriceBook:
    row = priced("openai/gpt-4o", provider="openrouter", rates=rates(**usd))
    return PriceBook(Shelves.holding([row]))


@pytest.mark.parametrize(
    "line", ["{}", "[]", "x", '{"id": "a", "path": 1}', "[" * 100_000]
)
def test_what_is_no_case_is_said(line: str) -> None:
    with pytest.raises(ValueError, match="Line 2 is no case"):
        list(check(["", line], PriceBook(Shelves.holding([])), {}))

"""Small cuts of real catalogues, and the rows they become.

`saved/expected.json` was compared with the saved documents by eye: rates in USD per
1M, then those of each tier with where it begins and ends.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricing.catalogues.reading import parsed
from pricing.rates import BUCKETS, Rates, digits
from pricing.sources import PUBLISHED
from pricing.sources.base import Catalogue, CataloguePrice
from pricing.sources.own_file import OwnFile

SAVED = Path(__file__).parent / "saved"
FILES = {
    "openrouter": ("openrouter.json", "openrouter_endpoints.json"),
    "huggingface": ("huggingface.json",),
    "litellm": ("litellm.json",),
    "models.dev": ("models_dev.json",),
}
EXPECTED: dict[str, Any] = json.loads((SAVED / "expected.json").read_text())


def read(name: str) -> Catalogue:
    (source,) = (each for each in PUBLISHED if each.name == name)
    documents = [parsed(f, (SAVED / f).read_bytes()) for f in FILES[name]]
    return source.read(documents)


@pytest.mark.parametrize("name", FILES)
def test_a_saved_catalogue_becomes_these_rows(name: str) -> None:
    found = read(name)
    assert {price.key: _told(price) for price in found.prices} == EXPECTED[name]["rows"]
    assert list(found.left_out) == EXPECTED[name]["left_out"]


def test_a_row_says_whose_it_is_and_how_else_it_is_called() -> None:
    rows = {p.key: p for name in FILES for p in read(name).prices}
    host = rows["openrouter/deepseek/deepseek-chat@deepinfra/fp4"]
    assert host.aliases == ("deepseek/deepseek-chat:deepinfra/fp4",)
    hosted = rows["huggingface/deepseek-ai/DeepSeek-V4-Pro:novita"]
    assert hosted.provider == "huggingface_novita"
    router = rows["huggingface/deepseek-ai/DeepSeek-V4-Pro"]
    assert (router.provider, router.notes[:10]) == ("huggingface", "Of novita,")
    fast = rows["anthropic/claude-opus-4-7~fast"]
    assert (fast.model, fast.service_tier) == ("claude-opus-4-7", "fast")
    assert "web_search 0.01" in rows["openrouter/anthropic/claude-sonnet-4.6"].notes


OWN = {
    "prices.yaml": """
prices:
  - provider: gateway
    model: house-1
    input: 0.10
    output: 0.4
    aliases: [house-latest]
    tiers:
      - {above: 100000, input: 0.2, output: 0.8}
  - {provider: gateway, model: house-2, rates: {input: 1}, service_tier: batch}
""",
    "prices.json": """[
{"provider": "gateway", "model": "house-1", "input": 0.10, "output": "0.4",
 "aliases": ["house-latest"],
 "tiers": [{"above": 100000, "input": 0.2, "output": 0.8}]},
{"provider": "gateway", "model": "house-2", "input": 1, "service_tier": "batch"}]""",
}


@pytest.mark.parametrize("name", OWN)
def test_a_file_of_ones_own(name: str) -> None:
    found = OwnFile().read([parsed(name, OWN[name].encode())])
    assert {price.key: _told(price) for price in found.prices} == {
        "gateway/house-1": "input=0.1 output=0.4; 100001-: input=0.2 output=0.8",
        "gateway/house-2~batch": "input=1",
    }
    assert found.prices[0].aliases == ("house-latest",)


def test_a_table_of_ones_own_and_its_bad_lines() -> None:
    table = (
        "\ufeffprovider,model,input,output,valid_from\n"
        "gateway,house-1,0.1,0.4,2026-12-01\n"
        ",house-2,1,1,\n"
        "gateway,house-3,1 EUR,1,\n"
        "gateway,house-4,1,1,tomorrow\n"
    )
    found = OwnFile().read([parsed("prices.csv", table.encode())])
    (row,) = found.prices
    assert (row.key, row.rates.input) == ("gateway/house-1~2026-12-01", Decimal("0.1"))
    assert found.left_out == [
        "/house-2 (no. 2): It names no provider or no model.",
        "gateway/house-3 (no. 3): '1 EUR' is not an amount.",
        "gateway/house-4 (no. 4): it can't be read (ValueError).",
    ]


def _told(price: CataloguePrice) -> str:
    tiers = (
        f"{tier.min_input_tokens}-{tier.max_input_tokens or ''}: {_rates(tier.rates)}"
        for tier in price.tiers
    )
    return "; ".join([_rates(price.rates), *tiers])


def _rates(rates: Rates) -> str:
    told = ((bucket, getattr(rates, bucket)) for bucket in BUCKETS)
    return " ".join(f"{bucket}={digits(r)}" for bucket, r in told if r is not None)


@pytest.mark.parametrize("amount", [1e300, "1e17", 10**20, [1], {}, True, "NaN", -1])
def test_an_amount_that_is_none_costs_its_entry_alone(amount: Any) -> None:
    prices = [
        {"provider": "a", "model": "bad", "input": amount},
        {"provider": "a", "model": "good", "input": 1},
    ]
    found = OwnFile().read([prices])
    assert [each.model for each in found.prices] == ["good"]
    assert [line.partition(" ")[0] for line in found.left_out] == ["a/bad"]


def test_a_few_lines_that_mean_thousands_of_lists_are_not_written_out() -> None:
    bomb: list[Any] = ["x"] * 9
    for _ in range(5):
        bomb = [bomb] * 9
    found = OwnFile().read([[bomb, {"provider": bomb, "model": bomb, "input": bomb}]])
    assert found.prices == []
    assert max(map(len, found.left_out)) < 200

"""The example price of the built-in demo model, from `pricing/data/demo.toml`."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from pricing.rates import Rates
from pricing.sources.base import Catalogue, CataloguePrice

FILE = Path(__file__).resolve().parent.parent / "data" / "demo.toml"


class DemoPrices:
    name = "weir"

    def version(self) -> str:
        return str(_contents()["version"])

    def read(self) -> Catalogue:
        return Catalogue(prices=[_price(**entry) for entry in _contents()["price"]])


@cache
def _contents() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))


def _price(
    provider: str, model: str, rates: dict[str, str], **rest: Any
) -> CataloguePrice:
    return CataloguePrice(
        key=f"{provider}/{model}",
        provider=provider,
        model=model,
        rates=Rates(**{bucket: Decimal(rate) for bucket, rate in rates.items()}),
        **rest,
    )

"""Prices that ship with Weir itself: the demo model's, and what the catalogue lacks.

`pricing/data/demo.toml` is an example; `additions.toml` has list prices with the page
that publishes them. What the catalogue has and has wrong is put right elsewhere, in
`corrections.toml` beside them.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from pricing.rates import Rates
from pricing.sources.base import Catalogue, CataloguePrice, CatalogueTier

DATA = Path(__file__).resolve().parent.parent / "data"
FILES = (DATA / "demo.toml", DATA / "additions.toml")


class OwnPrices:
    name = "weir"

    def version(self) -> str:
        contents = b"".join(file.read_bytes() for file in FILES)
        return hashlib.sha256(contents).hexdigest()[:12]

    def read(self) -> Catalogue:
        entries = [
            entry
            for file in FILES
            for entry in tomllib.loads(file.read_text())["price"]
        ]
        return Catalogue(prices=[_price(**entry) for entry in entries])


def _price(
    provider: str,
    model: str,
    rates: Mapping[str, str] | None = None,
    fees: Mapping[str, str] | None = None,
    tiers: list[dict[str, Any]] | None = None,
    **rest: Any,
) -> CataloguePrice:
    told = [rest.get(name) for name in ("service_tier", "valid_from")]
    key = "~".join([f"{provider}/{model}", *(str(each) for each in told if each)])
    if "request_usd" in rest:
        rest["request_usd"] = Decimal(rest["request_usd"])
    return CataloguePrice(
        key=key,
        provider=provider,
        model=model,
        rates=rates_of(rates or {}),
        fees=amounts(fees or {}),
        tiers=tuple(map(_tier, tiers or ())),
        aliases=tuple(rest.pop("aliases", ())),
        **rest,
    )


def _tier(entry: dict[str, Any]) -> CatalogueTier:
    """`above` as the providers' pages say it: more input tokens than that."""
    above, below = entry["above"], entry.get("up_to")
    return CatalogueTier(
        min_input_tokens=above + 1,
        max_input_tokens=None if below is None else below + 1,
        rates=rates_of(entry["rates"]),
        label=f"over {above:,} input tokens",
    )


def rates_of(table: Mapping[str, str]) -> Rates:
    return Rates(**amounts(table))


def amounts(table: Mapping[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(text) for name, text in table.items()}

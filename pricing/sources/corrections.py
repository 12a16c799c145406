"""Puts right what the catalogue has wrong or leaves out, as corrections.toml says.

Called by `genai_prices.py` with all its rows. Each entry of `pricing/data` names the
page that says so: what other buckets a rate covers, fees, multipliers for how a request
is served, rows that are wrong.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

from pricing.rates import Rates
from pricing.serving import served_as
from pricing.sources.base import CataloguePrice, CatalogueTier

CORRECTIONS = Path(__file__).resolve().parent.parent / "data" / "corrections.toml"

Entry = dict[str, Any]


def corrected(prices: Iterable[CataloguePrice]) -> list[CataloguePrice]:
    """The rows as they should be, in their order."""
    kept = (row for row in prices if not any(_hits("drop", row)))
    return [each for row in kept for each in _served(_changed(_covering(row)))]


def _covering(row: CataloguePrice) -> CataloguePrice:
    """Rates that the provider's list says are for other kinds of tokens, too."""
    for entry in _hits("covers", row):
        row = _with_rates(row, partial(_filled, entry))
    return row


def _filled(entry: Entry, rates: Rates) -> Rates:
    also: dict[str, Decimal] = {}
    for bucket in entry["buckets"]:
        for modality in entry["modalities"]:
            if (rate := getattr(rates, bucket)) is not None:
                also[f"{bucket}_{modality}"] = rate
    return rates.over(Rates(**also))


def _changed(row: CataloguePrice) -> CataloguePrice:
    for entry in _hits("change", row):
        fees = {entry.get("rename_fees", {}).get(k, k): v for k, v in row.fees.items()}
        fees |= {kind: Decimal(usd) for kind, usd in entry.get("fees", {}).items()}
        row = replace(
            row,
            fees=fees,
            request_usd=_amount(entry, "request_usd", row.request_usd),
            aliases=_aliases(entry, row),
            workdays_only=entry.get("workdays_only", False) and bool(row.daily_from),
        )
        own = {bucket: Decimal(usd) for bucket, usd in entry.get("rates", {}).items()}
        row = _with_rates(row, Rates(**own).over)
        if "above" in entry:
            row = replace(row, tiers=(_tier(entry["above"], row.rates),))
    return row


def _aliases(entry: Entry, row: CataloguePrice) -> tuple[str, ...]:
    also = list(entry.get("also", ()))
    if entry.get("also_without_maker"):
        also.append(row.model.rpartition("/")[2])
    return (*(a for a in row.aliases if a not in entry.get("not", ())), *also)


def _tier(above: Entry, rates: Rates) -> CatalogueTier:
    own = {bucket: Decimal(usd) for bucket, usd in above["rates"].items()}
    return CatalogueTier(
        min_input_tokens=above["tokens"] + 1,
        max_input_tokens=None,
        rates=Rates(**own).over(rates),
        label=f"over {above['tokens']:,} input tokens",
    )


def _amount(entry: Entry, name: str, usual: Decimal | None) -> Decimal | None:
    """A text is an amount, an empty one takes it away."""
    text = entry.get(name)
    if text is None:
        return usual
    return Decimal(text) if text else None


def _served(row: CataloguePrice) -> list[CataloguePrice]:
    """The row, and one more for each way to be served that multiplies its rates."""
    rows = [row]
    for entry in _hits("served", row):
        on = entry.get("on", [""])
        rows += [_one_more(each, entry) for each in rows if each.service_tier in on]
    return rows


def _one_more(row: CataloguePrice, entry: Entry) -> CataloguePrice:
    return replace(
        _with_rates(row, partial(_multiplied, entry)),
        key=f"{row.key}~{entry['as']}",
        service_tier=served_as(row.service_tier, entry["as"]),
        source_url=entry["url"],
    )


def _multiplied(entry: Entry, rates: Rates) -> Rates:
    """All rates times the factor, without those for which nobody says it holds."""
    other: dict[str, Decimal | None] = dict.fromkeys(entry.get("not_for", ()))
    other |= {bucket: Decimal(usd) for bucket, usd in entry.get("rates", {}).items()}
    return replace(rates.times(Decimal(entry["factor"])), **other)


def _with_rates(
    row: CataloguePrice, change: Callable[[Rates], Rates]
) -> CataloguePrice:
    tiers = tuple(replace(tier, rates=change(tier.rates)) for tier in row.tiers)
    return replace(row, rates=change(row.rates), tiers=tiers)


def _hits(kind: str, row: CataloguePrice) -> Iterator[Entry]:
    for entry in _contents().get(kind, ()):
        if row.provider not in entry["providers"]:
            continue
        if not re.search(entry.get("models", ""), row.model):
            continue
        if not ("except" in entry and re.search(entry["except"], row.model)):
            yield entry


@cache
def _contents() -> dict[str, list[Entry]]:
    return tomllib.loads(CORRECTIONS.read_text("utf-8"))

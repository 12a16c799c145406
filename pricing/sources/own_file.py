"""A file of the operator's own: prices as YAML, JSON or CSV.

An entry names provider and model and has USD per 1M tokens by bucket, beside each other
or under `rates`; `service_tier`, `valid_from`, `aliases`, `tiers`, `fees`, `source_url`
and `notes` are as in `pricing/data/additions.toml`. docs/pricing.md has an example.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
from datetime import date
from typing import Any

from pricing.rates import BUCKETS, Rates
from pricing.serving import served_as
from pricing.sources.base import Catalogue, CataloguePrice, CatalogueTier
from pricing.sources.published_rates import (
    BadAmountError,
    gathered,
    rates,
    tier_above,
    usd,
)

_SAME = {bucket: bucket for bucket in BUCKETS}
_OTHERS = frozenset(
    {
        *("provider", "model", "rates", "aliases", "service_tier", "valid_from"),
        *("tiers", "fees", "request_usd", "display_name", "source_url"),
        *("notes", *BUCKETS),
    }
)


class OwnFile:
    name = "file"
    about = "a file of your own: YAML, JSON or CSV"
    address = ""
    provider = ""

    def more(self, first: Any, wanted: Callable[[str], bool]) -> Sequence[str]:
        return ()

    def read(self, documents: Sequence[Any]) -> Catalogue:
        return gathered(_entries(documents), _rows)


def _entries(documents: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for document in documents:
        is_table = isinstance(document, Mapping)
        listed = document.get("prices", document.get("price")) if is_table else document
        if not isinstance(listed, list):
            raise BadAmountError("It must be a list of prices, or have one as `prices`")
        for number, entry in enumerate(listed, start=1):
            told = entry if isinstance(entry, Mapping) else {}
            names = (_word(told.get(name))[:100] for name in ("provider", "model"))
            yield f"{'/'.join(names)} (no. {number})", entry


def _word(told: object) -> str:
    """A few lines of YAML can mean thousands of lists: they are not written out."""
    is_list = isinstance(told, Sized) and not isinstance(told, str)
    return type(told).__name__ if is_list else str(told)


def _rows(name: str, entry: Mapping[str, Any]) -> Iterator[CataloguePrice]:
    if not isinstance(entry, Mapping):
        raise BadAmountError("It must be names with values")
    if unknown := sorted(set(map(str, entry)) - _OTHERS):
        raise BadAmountError(f"{', '.join(unknown)[:200]} is no field of a price")
    provider, model = (_word(entry.get(k) or "").strip() for k in ("provider", "model"))
    if not provider or not model:
        raise BadAmountError("It names no provider or no model")
    served = served_as(str(entry.get("service_tier") or ""))
    day = _day(entry.get("valid_from"))
    key = "~".join(filter(None, (f"{provider}/{model}", served, str(day or ""))))
    yield CataloguePrice(
        key=key,
        provider=provider.lower(),
        model=model,
        rates=_rates(entry),
        tiers=tuple(map(_tier, entry.get("tiers") or ())),
        aliases=_aliases(entry.get("aliases")),
        request_usd=usd(entry.get("request_usd")),
        fees={str(k): v for k, w in (entry.get("fees") or {}).items() if (v := usd(w))},
        service_tier=served,
        valid_from=day,
        display_name=str(entry.get("display_name") or ""),
        source_url=str(entry.get("source_url") or ""),
        notes=str(entry.get("notes") or ""),
    )


def _rates(entry: Mapping[str, Any]) -> Rates:
    return rates({**entry, **(entry.get("rates") or {})}, _SAME)


def _tier(entry: Mapping[str, Any]) -> CatalogueTier:
    end = entry.get("up_to")
    return tier_above(int(entry["above"]), _rates(entry), None if not end else int(end))


def _aliases(told: object) -> tuple[str, ...]:
    """A list, or in a cell of a table what stands between blanks."""
    listed = told if isinstance(told, list) else str(told or "").split()
    return tuple(map(str, listed))


def _day(told: object) -> date | None:
    return date.fromisoformat(str(told)) if told else None

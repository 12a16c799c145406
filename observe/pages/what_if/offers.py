"""Models to choose from: what has a price, searched by its names.

Called by `observe/pages/what_if/view.py`, for the page and for each key that is typed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Sum

from observe.pages.what_if.subject import PricedSet
from pricing.api import searched
from pricing.book import PriceBook
from pricing.models import ModelPrice
from proxy.route.known import maker_of_model
from runs.models import Rollup

MOST = 12
MOST_USED = 50
"""Models whose use is looked at."""
COLUMNS = (
    *("provider", "model", "display_name", "input_usd_per_million"),
    *("cache_read_usd_per_million", "output_usd_per_million"),
)


class _Price(NamedTuple):
    """`COLUMNS` of a row: whole rows of all prices take three times as long."""

    provider: str
    model: str
    display_name: str
    input_usd: Decimal | None
    cached_usd: Decimal | None
    output_usd: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOffer:
    """A price that can be compared with."""

    key: str
    name: str
    """For people, where it says more than the model's name."""
    input_usd: Decimal | None
    cached_usd: Decimal | None
    output_usd: Decimal | None
    """All per million tokens."""
    add: str
    """Address of the page with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What a search found."""

    shown: list[ModelOffer]
    more: int
    """So many are left out."""
    find: str


def search(find: str, chosen: list[str], subject: PricedSet) -> Offers:
    found = list(_prices(find, {key.lower() for key in chosen}))
    used = _used()
    near = frozenset(key.partition("/")[0] for key in used)
    found.sort(key=lambda price: _rank(price, find.lower(), used, near))
    shown = [_offer(price, chosen, subject) for price in found[:MOST]]
    return Offers(shown=shown, more=len(found) - len(shown), find=find)


def _prices(find: str, chosen: Collection[str]) -> Iterator[_Price]:
    """One row of each model: its plain price that counts last."""
    rows = ModelPrice.objects.filter(active=True, service_tier="")
    for word in find.split():
        rows = rows.filter(searched(word))
    told = rows.order_by("valid_from", "pk").values_list(*COLUMNS)
    latest = {_key(row).lower(): row for row in map(_Price._make, told)}
    return (row for key, row in latest.items() if key not in chosen)


def _used() -> Counter[str]:
    """How many requests each price has had, of the models that were asked most."""
    rows = Rollup.objects.filter(step_s=0).values_list("provider", "model")
    asked = rows.annotate(many=Sum("requests")).order_by("-many")[:MOST_USED]
    book, found = PriceBook.current(), Counter[str]()
    for provider, model, many in asked:
        if model and (match := book.match(provider, model)):
            row = match.rows[0]
            found[f"{row.provider}/{row.model}".lower()] += many
    return found


def _rank(
    price: _Price, find: str, used: Counter[str], near: frozenset[str]
) -> tuple[bool | int | str, ...]:
    """The named before the rest, what is used most, the maker before who sells it too,
    providers that are used, then by name."""
    model = price.model.lower()
    is_makers = maker_of_model(model, {}) == price.provider
    return (
        model != find,
        -used[_key(price).lower()],
        not is_makers,
        not model.startswith(find),
        price.provider not in near,
        price.provider,
        model,
    )


def _offer(price: _Price, chosen: list[str], subject: PricedSet) -> ModelOffer:
    key = _key(price)
    return ModelOffer(
        key=key,
        name="" if price.display_name == price.model else price.display_name,
        input_usd=price.input_usd,
        cached_usd=price.cached_usd,
        output_usd=price.output_usd,
        add=subject.address([*chosen, key]),
    )


def _key(price: _Price) -> str:
    return f"{price.provider}/{price.model}"

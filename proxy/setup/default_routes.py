"""Routes for every model that has a price: made on request by `weir routes seed`.

A convenience that never gets in the way: low priority, no key of their own, never used
while an upstream is set explicitly, and an edited or foreign route is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django.db import transaction

from pricing.models import ModelPrice
from proxy.models import Provider, Route
from proxy.route.known import ROUTERS

MANAGED_BY = "default-route-seed"
PRIORITY = 90
PRICE_SLUGS = {
    "x-ai": "xai",
    "moonshotai": "moonshot",
    "meta": "",
}
"""Price catalogues' names for our providers, where they differ."""

Status = Literal["insert", "update_seeded_route", "skip_existing", "skip_user_route"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A name that a client may ask for, and who sells it."""

    name: str
    provider: str
    upstream_model: str
    """What to send; the same as `name` for a model's own name."""
    is_alias: bool
    total_usd: Decimal

    @property
    def rank(self) -> tuple[bool, bool, Decimal, str, str]:
        """Own name before alias, maker before router, then the cheaper."""
        return (
            self.is_alias,
            self.provider in ROUTERS,
            self.total_usd,
            self.provider,
            self.upstream_model,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What seeding does, or would do, for one name."""

    model: str
    provider: str
    upstream_model: str
    status: Status


def seed_routes(
    provider: str = "", *, dry_run: bool = False, refresh: bool = False
) -> list[Item]:
    """Insert what is missing; with `refresh`, also rewrite rows still as seeded."""
    with transaction.atomic():
        present = {
            route.match: route for route in Route.objects.filter(kind=Route.Kind.EXACT)
        }
        providers = {row.slug: row for row in Provider.objects.active()}
        best = _best(_candidates(providers, provider))
        items = [_item(found, present.get(found.name), refresh) for found in best]
        if not dry_run:
            _write(items, present, providers)
    return items


def _candidates(providers: dict[str, Provider], only: str) -> Iterator[Candidate]:
    for price in ModelPrice.objects.filter(active=True, match="equals"):
        slug = PRICE_SLUGS.get(price.provider, price.provider)
        if slug not in providers or (only and slug != only):
            continue
        total = (price.input_usd_per_million or 0) + (price.output_usd_per_million or 0)
        names = [(price.model, False), *((alias, True) for alias in price.aliases)]
        if slug == "openrouter" and "@" in price.model:
            names.append((price.model.replace("@", ":", 1), True))
        for name, is_alias in names:
            # Aliases may be patterns (`gpt-4o-*`, `/^grok/`), which routes can't be.
            if "*" not in name and not name.startswith("/"):
                yield Candidate(
                    name=name,
                    provider=slug,
                    upstream_model=price.model,
                    is_alias=is_alias,
                    total_usd=Decimal(total),
                )


def _best(candidates: Iterable[Candidate]) -> list[Candidate]:
    best: dict[str, Candidate] = {}
    for candidate in candidates:
        known = best.get(candidate.name)
        if known is None or candidate.rank < known.rank:
            best[candidate.name] = candidate
    return sorted(best.values(), key=lambda found: found.name)


def _item(found: Candidate, present: Route | None, refresh: bool) -> Item:
    status: Status = "insert"
    if present is not None and present.managed_by != MANAGED_BY:
        status = "skip_user_route"
    elif present is not None:
        status = "update_seeded_route" if refresh else "skip_existing"
    is_renamed = found.upstream_model != found.name
    return Item(
        model=found.name,
        provider=found.provider,
        upstream_model=found.upstream_model if is_renamed else "",
        status=status,
    )


def _write(
    items: list[Item], present: dict[str, Route], providers: dict[str, Provider]
) -> None:
    fresh = [item for item in items if item.status == "insert"]
    Route.objects.bulk_create(
        Route(
            name=item.model,
            kind=Route.Kind.EXACT,
            match=item.model,
            managed_by=MANAGED_BY,
            priority=PRIORITY,
            **_destination(item, providers),
        )
        for item in fresh
    )
    for item in items:
        if item.status == "update_seeded_route":
            Route.objects.filter(pk=present[item.model].pk).update(
                **_destination(item, providers)
            )


def _destination(item: Item, providers: dict[str, Provider]) -> dict[str, Any]:
    return {
        "provider": providers[item.provider],
        "upstream_model": item.upstream_model,
    }

"""The active prices in memory: what the recorder asks for each request.

`proxy/recorder.py` takes `PriceBook.current()` once per batch (one small SELECT) and
calls `quote` for each request. A provider's prices are read when they are first asked
for; a changed price makes a new book.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import ClassVar

from django.db import connection

from pricing import cost
from pricing.match import Match, find
from pricing.models import PriceProvider, PriceRevision
from pricing.quote import Quote
from pricing.rates import in_force
from pricing.serving import served_as
from pricing.shelves import Shelves
from pricing.spellings import spellings, split_host
from pricing.usage import Pass, Usage
from pricing.values import dataclass

_ALIASES = ("-latest", "-preview")
REMEMBERED = 4096
"""Matches kept per book; a busy proxy sees a few hundred model names."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a provider's prices are looked for."""

    slugs: tuple[str, ...]
    """Its own shelf first, then those it resells."""
    names: tuple[str, ...]
    """What may stand before a model name, as in `openai/gpt-4o`."""


class PriceBook:
    """A snapshot of the active prices."""

    _current: ClassVar[PriceBook | None] = None

    def __init__(
        self,
        shelves: Shelves,
        providers: Iterable[PriceProvider] = (),
        token: int | None = None,
    ) -> None:
        self.token = token
        self._shelves = shelves
        self._providers = {provider.slug: provider for provider in providers}
        self._slugs = {
            name: provider.slug
            for provider in self._providers.values()
            for name in (*provider.names, provider.slug)
        }
        self.match = lru_cache(REMEMBERED)(self._match)
        self.slug_of = lru_cache(REMEMBERED)(self._slug_of)

    @classmethod
    def load(cls) -> PriceBook:
        """Read whose prices there are; which ones, when they are asked for."""
        # The token first: a change in between only means one load too many.
        token = _token()
        return cls(Shelves.stored(), PriceProvider.objects.order_by("pk"), token)

    @classmethod
    def current(cls) -> PriceBook:
        """The book of this process, loaded anew when a price changed."""
        book = PriceBook._current
        token = _token()
        if book is None or book.token != token:
            book = PriceBook._current = cls.load()
        return book

    def quote(
        self,
        provider: str,
        models: Sequence[str],
        usage: Usage,
        at: datetime,
        operation: str = "chat",
        service_tier: str = "",
        passes: Sequence[Pass] = (),
        mixed: Sequence[str] = (),
    ) -> Quote:
        """What a request cost; `models` are tried in order until one has a price.

        `service_tier` is how the provider says it was served (`priority`, `fast+us`);
        `passes` are its parts, where an answer took several runs of a model; `mixed`
        are buckets of media whose share in the counts isn't told (`cost.value`).
        """
        known = self._providers.get(self.slug_of(provider))
        served = served_as(service_tier, known.served_as if known else None)
        if not passes:
            return self._quote(provider, models, usage, at, operation, served, mixed)
        parts = []
        for each in passes:
            is_other = each.model not in ("", *models)
            names = (each.model,) if is_other else models
            part = self._quote(provider, names, each.usage, at, operation, served)
            parts.append(cost.of_model(part, each.model) if is_other else part)
        return cost.together(parts)

    def _quote(
        self,
        provider: str,
        models: Sequence[str],
        usage: Usage,
        at: datetime,
        operation: str,
        served: str,
        mixed: Sequence[str] = (),
    ) -> Quote:
        names = [model for model in models if model]
        lacking = cost.why_no_usage(usage, operation)
        if lacking and not usage.units:
            return _unpriced("no_usage", provider, names, lacking)
        refused: Quote | None = None
        for name in names:
            match = self.match(provider, name)
            if match is None:
                continue
            row = in_force(match.rows, at, _as_thought(match, served, usage))
            if row is None:
                quote = _not_served_so(match, served)
            else:
                quote = cost.value(usage, row, match, operation, mixed)
            if quote.cost_usd is not None:
                return quote
            refused = refused or quote
        return refused or self._unknown(provider, names)

    def is_alias(self, provider: str, asked: str, served: str) -> bool:
        """Whether its prices say that `asked` is no model's own name, but stands for
        `served`."""
        if not asked.lower().endswith(_ALIASES):
            return False
        named, got = self.match(provider, asked), self.match(provider, served)
        return (
            named is not None
            and got is not None
            and named.rows == got.rows
            and named.kind == got.kind == "equals"
        )

    def _unknown(self, provider: str, names: list[str]) -> Quote:
        asked = " or ".join(dict.fromkeys(names)) or "an unnamed model"
        if not provider:
            why = "The provider of this request is not known."
        elif self._place(provider) is None:
            why = f"There are no prices for the provider {provider}."
        else:
            why = f"No price of {provider} matches {asked}."
        return _unpriced("no_price", provider, names, why)

    def _match(self, provider: str, model: str) -> Match | None:
        """The price of one model name; `match` is this with a memory."""
        slug = self.slug_of(provider)
        known = self._providers.get(slug)
        asked = model
        if known and known.host_prefix:
            name, host = split_host(model)
            hosted = self.slug_of(known.host_prefix + host)
            # Without a host, or with one unknown, the router's own rows count.
            if host and self._place(hosted):
                slug, model = hosted, name
        elif known and known.takes_prefix:
            head, _, model = model.partition("/")
            slug = self.slug_of(head)
        place = self._place(slug)
        if place is None:
            return None
        shelves = (self._shelves.of(slug) for slug in place.slugs)
        found = [shelf for shelf in shelves if shelf is not None]
        return find(found, spellings(model, place.names), asked)

    def _slug_of(self, provider: str) -> str:
        """The price list of a provider slug or, from `/proxy/{domain}`, of a host."""
        provider = provider.strip().lower()
        if provider in self._shelves and provider not in self._slugs:
            return provider
        if provider in self._slugs or "." not in provider:
            return self._slugs.get(provider, provider)
        return self._slug_of_host(provider)

    def _slug_of_host(self, host: str) -> str:
        for slug, known in self._providers.items():
            if known.api_pattern and re.match(known.api_pattern, f"https://{host}/"):
                return slug
        return host

    def _place(self, provider: str) -> _Place | None:
        slug = self.slug_of(provider)
        known = self._providers.get(slug)
        if known is None and slug not in self._shelves:
            return None
        if known is None:
            return _Place((slug,), (slug,))
        return _Place((slug, *known.fallbacks), (slug, *known.names))


def _token() -> int | None:
    """Asked for each batch, which Django would make a statement for each time."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT token FROM {PriceRevision._meta.db_table} ORDER BY id")
        row = cursor.fetchone()
    return row[0] if row else None


def _as_thought(match: Match, served: str, usage: Usage) -> str:
    """A few models cost more when they reason: their row for that, where they did."""
    if not usage.reasoning:
        return served
    has_own = any("thinking" in row.service_tier for row in match.rows)
    return served_as(served, "thinking") if has_own else served


def _not_served_so(match: Match, served: str) -> Quote:
    """The model has a price, but none for how (or when) it was served."""
    how = f" when it is served as {served}" if served else " for that day"
    why = f"No price of {match.asked} at {match.provider} is known{how}."
    return _unpriced("no_price", match.provider, [match.asked], why)


def _unpriced(status: str, provider: str, names: list[str], why: str) -> Quote:
    return Quote(
        status="no_usage" if status == "no_usage" else "no_price",
        cost_usd=None,
        provider=provider,
        model=names[0] if names else "",
        why=why,
    )

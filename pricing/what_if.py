"""What the same work would cost at other models' prices: nothing is written.

`runs/measure/what_if.py` hands over what was used, request by request. Each request is
priced for itself (its tier, its cache, its tools), then summed, and stands beside what
exactly the same requests were captured with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from pricing.book import PriceBook
from pricing.quote import Quote, QuoteLine
from pricing.rates import plain
from pricing.usage import Usage

MOST_REASONS = 10
"""Ways in which requests have no price that are told apart."""
_FLAT = "standard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """One request that was billed."""

    usage: Usage
    at: datetime
    operation: str = "chat"
    cost_usd: Decimal | None = None
    """As captured; None: unpriced."""
    provider: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What was captured."""

    requests: int
    """Billed ones; lists of models, refusals and the like are no part of it."""
    cost_usd: Decimal | None
    """Of those that have a cost; None where none has."""
    unpriced_requests: int
    """Billed without a known cost: they are not in `cost_usd`."""
    providers: tuple[str, ...]
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketCost:
    """One kind of tokens, or of what is billed by the piece."""

    kind: str
    tokens: int
    cost_usd: Decimal
    usd_per_million: Decimal | None
    """None where requests had several rates, or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierCount:
    """Requests by the tier of the price that they fall into."""

    tier: str
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why requests have no price here."""

    why: str
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """The same requests at one model's prices."""

    key: str
    """As it was asked for: `provider/model`."""
    provider: str
    model: str
    price_model: str
    """The name in the price list that took it; "" where none did."""
    requests: int
    """So many are in `cost_usd`."""
    cost_usd: Decimal | None
    """None where not one could be priced."""
    captured_usd: Decimal | None
    """What those of them that have a captured cost were captured with."""
    difference_usd: Decimal | None
    """Over the requests that have both costs: this one minus the captured one."""
    compared_requests: int
    """So many have both."""
    change_percent: float | None
    """The difference as a share of `captured_usd`."""
    input_tokens: int
    """All of them, cached or not."""
    output_tokens: int
    buckets: tuple[BucketCost, ...]
    tiers: tuple[TierCount, ...]
    """More than one: mixed tiers."""
    unpriceable_requests: int
    reasons: tuple[Reason, ...]
    """Why those are, the most frequent first."""
    notes: tuple[str, ...]
    """Where a rate is missing and another one stands in for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """Captured costs beside those at other prices."""

    baseline: Baseline
    scenarios: tuple[Scenario, ...]


def split_key(key: str) -> tuple[str, str]:
    """`openai/gpt-5.5` or `openai:gpt-5.5`; what stands before the first is the
    provider. Raises ValueError."""
    ends = [at for mark in "/:" if (at := key.find(mark)) > 0]
    provider, model = (key[: min(ends)], key[min(ends) + 1 :]) if ends else ("", "")
    if not provider or not model.strip():
        raise ValueError(f"“{key}” must be provider/model, such as openai/gpt-5.5.")
    return provider.strip().lower(), model.strip()


def what_if(
    used: Iterable[Used], keys: Sequence[str], book: PriceBook, now: datetime
) -> WhatIf:
    """At the prices of `now`; of a price with daily hours, at each request's hour."""
    tallies = [_Tally(key, *split_key(key)) for key in dict.fromkeys(keys)]
    captured = _Captured()
    for each in used:
        captured.add(each)
        at = datetime.combine(now.date(), each.at.astimezone(UTC).time(), UTC)
        for tally in tallies:
            models = (tally.model,)
            quote = book.quote(tally.provider, models, each.usage, at, each.operation)
            tally.add(each, quote)
    return WhatIf(
        baseline=captured.told(),
        scenarios=tuple(tally.told() for tally in tallies),
    )


@dataclass(slots=True)
class _Captured:
    requests: int = 0
    priced: int = 0
    usd: Decimal = Decimal(0)
    providers: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)

    def add(self, used: Used) -> None:
        self.requests += 1
        self.providers[used.provider] += 1
        self.models[used.model] += 1
        if used.cost_usd is not None:
            self.priced += 1
            self.usd += used.cost_usd

    def told(self) -> Baseline:
        return Baseline(
            requests=self.requests,
            cost_usd=plain(self.usd) if self.priced else None,
            unpriced_requests=self.requests - self.priced,
            providers=tuple(name for name, _ in self.providers.most_common()),
            models=tuple(name for name, _ in self.models.most_common()),
        )


@dataclass(slots=True)
class _Bucket:
    tokens: int = 0
    usd: Decimal = Decimal(0)
    rates: set[Decimal] = field(default_factory=set)


@dataclass(slots=True)
class _Tally:
    """One model's sums."""

    key: str
    provider: str
    model: str
    price_model: str = ""
    priced: int = 0
    usd: Decimal = Decimal(0)
    compared: int = 0
    compared_usd: Decimal = Decimal(0)
    captured_usd: Decimal = Decimal(0)
    input_tokens: int = 0
    output_tokens: int = 0
    buckets: dict[str, _Bucket] = field(default_factory=dict)
    tiers: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    notes: dict[str, None] = field(default_factory=dict)

    def add(self, used: Used, quote: Quote) -> None:
        self.price_model = self.price_model or quote.price_model
        if quote.cost_usd is None:
            self.reasons[_sort_of(quote)] += 1
            return
        self.priced += 1
        self.usd += quote.cost_usd
        self.tiers[quote.tier or _FLAT] += 1
        self.input_tokens += used.usage.total_input or 0
        self.output_tokens += used.usage.output or 0
        if used.cost_usd is not None:
            self.compared += 1
            self.compared_usd += quote.cost_usd
            self.captured_usd += used.cost_usd
        for line in quote.lines:
            self._add_line(line)

    def _add_line(self, line: QuoteLine) -> None:
        bucket = self.buckets.setdefault(line.kind, _Bucket())
        bucket.tokens += line.tokens
        bucket.usd += line.cost_usd
        bucket.rates.add(line.usd_per_million)
        if line.note:
            self.notes[line.note] = None

    def told(self) -> Scenario:
        gap = self.compared_usd - self.captured_usd
        share = gap / self.captured_usd * 100 if self.captured_usd else None
        return Scenario(
            key=self.key,
            provider=self.provider,
            model=self.model,
            price_model=self.price_model,
            requests=self.priced,
            cost_usd=plain(self.usd) if self.priced else None,
            captured_usd=plain(self.captured_usd) if self.compared else None,
            difference_usd=plain(gap) if self.compared else None,
            compared_requests=self.compared,
            change_percent=None if share is None else round(float(share), 2),
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            buckets=tuple(self._buckets()),
            tiers=tuple(
                TierCount(tier=tier, requests=count)
                for tier, count in self.tiers.most_common()
            ),
            unpriceable_requests=self.reasons.total(),
            reasons=tuple(
                Reason(why=why, requests=count)
                for why, count in self.reasons.most_common(MOST_REASONS)
            ),
            notes=tuple(self.notes),
        )

    def _buckets(self) -> Iterator[BucketCost]:
        for kind, bucket in self.buckets.items():
            one = len(bucket.rates) == 1 and bucket.tokens
            yield BucketCost(
                kind=kind,
                tokens=bucket.tokens,
                cost_usd=plain(bucket.usd),
                usd_per_million=next(iter(bucket.rates)) if one else None,
            )


def _sort_of(quote: Quote) -> str:
    """Its reason without the figures of that one request."""
    return quote.why.partition(" Without that:")[0]

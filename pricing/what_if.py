"""What the same work would cost at other models' prices: nothing is written.

`runs/measure/what_if.py` hands over what was used, request by request or as many as
every price takes alike. Each request is priced for itself (its tier, its cache, its
tools), then summed, and stands beside what exactly the same requests were captured
with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal
from functools import partial

from pricing.book import PriceBook
from pricing.quote import Quote, QuoteLine
from pricing.rates import plain
from pricing.scenarios import (
    Baseline,
    BucketCost,
    Reason,
    Scenario,
    TierCount,
    WhatIf,
)
from pricing.usage import Usage
from pricing.used import Used, is_finer, quote_of

__all__ = ["Edges", "WhatIf", "edges", "split_key", "what_if"]

MOST_REASONS = 10
"""Ways in which requests have no price that are told apart."""
MOST_EXAMPLES = 5
"""Requests named for each of them."""
NOT_SPLIT = (
    "{} of the captured costs are the providers' own figures, which have no parts: they"
    " are in the difference, not in that of the buckets."
)
_FLAT = "standard"


@dataclass(frozen=True, slots=True)
class Edges:
    """Where prices change: from how many input tokens on, and at what time (UTC)."""

    tokens: tuple[int, ...] = ()
    times: tuple[time, ...] = ()
    are_fine: bool = False
    """Costs are rounded: only requests with the very same counts add up."""


def edges(keys: Sequence[str], book: PriceBook) -> Edges:
    """Of all prices that these models have. Raises ValueError as `split_key` does."""
    found = [book.match(*split_key(key)) for key in dict.fromkeys(keys)]
    rows = [row for match in found if match for row in match.rows]
    tiers = [tier for row in rows for tier in row.tiers]
    tokens = {tier.min_input_tokens for tier in tiers}
    tokens |= {tier.max_input_tokens for tier in tiers if tier.max_input_tokens}
    times = {at for row in rows for at in (row.daily_from, row.daily_until) if at}
    rates = [row.rates for row in rows] + [tier.rates for tier in tiers]
    return Edges(
        tokens=tuple(sorted(tokens)),
        times=tuple(sorted(times)),
        are_fine=any(is_finer(rate) for each in rates for _, rate in each.published()),
    )


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
            tally.add(each, quote_of(each, partial(tally.quote, book, each, at)))
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
        self.requests += used.requests
        self.providers[used.provider] += used.requests
        self.models[used.model] += used.requests
        if used.cost_usd is not None:
            self.priced += used.requests
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
    compared_usd: Decimal = Decimal(0)
    """Of the requests whose captured cost is known in parts."""
    captured_usd: Decimal = Decimal(0)


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
    examples: dict[str, list[str]] = field(default_factory=dict)
    split: int = 0
    """Compared requests whose captured cost is known in parts."""
    notes: dict[str, None] = field(default_factory=dict)

    def quote(self, book: PriceBook, used: Used, at: datetime, usage: Usage) -> Quote:
        return book.quote(self.provider, (self.model,), usage, at, used.operation)

    def add(self, used: Used, quote: Quote) -> None:
        self.price_model = self.price_model or quote.price_model
        if quote.cost_usd is None:
            self._add_reason(_sort_of(quote), used)
            return
        self.priced += used.requests
        self.usd += quote.cost_usd
        self.tiers[quote.tier or _FLAT] += used.requests
        self.input_tokens += used.total.total_input or 0
        self.output_tokens += used.total.output or 0
        if used.cost_usd is not None:
            self.compared += used.requests
            self.compared_usd += quote.cost_usd
            self.captured_usd += used.cost_usd
        is_split = used.cost_usd is not None and bool(used.parts)
        self.split += used.requests if is_split else 0
        for line in quote.lines:
            self._add_line(line, is_split)
        for kind, usd in used.parts.items() if is_split else ():
            self._bucket(kind).captured_usd += usd

    def _bucket(self, kind: str) -> _Bucket:
        return self.buckets.setdefault(kind, _Bucket())

    def _add_reason(self, why: str, used: Used) -> None:
        self.reasons[why] += used.requests
        examples = self.examples.setdefault(why, [])
        if used.id and len(examples) < MOST_EXAMPLES:
            examples.append(used.id)

    def _add_line(self, line: QuoteLine, is_split: bool) -> None:
        bucket = self._bucket(line.kind)
        bucket.tokens += line.tokens
        bucket.usd += line.cost_usd
        bucket.rates.add(line.usd_per_million)
        if is_split:
            bucket.compared_usd += line.cost_usd
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
                Reason(
                    why=why, requests=count, examples=tuple(self.examples.get(why, ()))
                )
                for why, count in self.reasons.most_common(MOST_REASONS)
            ),
            notes=(*self.notes, *self._not_split()),
        )

    def _not_split(self) -> Iterator[str]:
        if 0 < self.split < self.compared:
            yield NOT_SPLIT.format(f"{self.compared - self.split:,}")

    def _buckets(self) -> Iterator[BucketCost]:
        for kind, bucket in self.buckets.items():
            one = len(bucket.rates) == 1 and bucket.tokens
            gap = bucket.compared_usd - bucket.captured_usd
            yield BucketCost(
                kind=kind,
                tokens=bucket.tokens,
                cost_usd=plain(bucket.usd),
                usd_per_million=next(iter(bucket.rates)) if one else None,
                captured_usd=plain(bucket.captured_usd) if self.split else None,
                difference_usd=plain(gap) if self.split else None,
            )


def _sort_of(quote: Quote) -> str:
    """Its reason without the figures of that one request."""
    return quote.why.partition(" Without that:")[0]

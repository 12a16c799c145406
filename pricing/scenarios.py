"""What a what-if tells: `pricing/what_if.py` fills it; API, command and page show."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


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
    captured_usd: Decimal | None
    """The same of what was captured, over the requests that have both costs in
    parts; None where none has."""
    difference_usd: Decimal | None
    """Over those: this one minus the captured one."""


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
    examples: tuple[str, ...]
    """Ids of some of them, the first of each kind of usage."""


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

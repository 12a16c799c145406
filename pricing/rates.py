"""What a model costs, as plain values: the in-memory form of the price tables.

`pricing/book.py` reads rows into `PricedModel`s, `pricing/match.py` finds one,
`pricing/cost.py` multiplies. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, fields
from datetime import UTC, date, datetime, time
from decimal import Decimal

from pricing.values import dataclass

FRIDAY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """USD per 1M tokens, one field per bucket. `None` is "not published", not 0."""

    input: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write_5m: Decimal | None = None
    cache_write_1h: Decimal | None = None
    output: Decimal | None = None
    reasoning: Decimal | None = None
    """Of the output, where reasoning has a rate of its own (few models do)."""
    input_audio: Decimal | None = None
    cache_read_audio: Decimal | None = None
    output_audio: Decimal | None = None
    input_image: Decimal | None = None
    cache_read_image: Decimal | None = None
    output_image: Decimal | None = None
    input_video: Decimal | None = None
    cache_read_video: Decimal | None = None
    output_video: Decimal | None = None
    citation: Decimal | None = None
    """Of cited sources, which are counted beside the input (Perplexity)."""

    @property
    def is_empty(self) -> bool:
        """True when no bucket has a rate."""
        if self.input is not None:
            return False  # as nearly always
        return all(getattr(self, name) is None for name in BUCKETS)

    def times(self, factor: Decimal) -> Rates:
        """Every rate that is published, multiplied."""
        return Rates(**{name: plain(r * factor) for name, r in self.published()})

    def published(self) -> list[tuple[str, Decimal]]:
        """The buckets that have a rate, with it."""
        told = ((name, getattr(self, name)) for name in BUCKETS)
        return [(name, rate) for name, rate in told if rate is not None]

    def over(self, base: Rates) -> Rates:
        """These rates, and `base` where they say nothing."""
        return Rates(
            **{
                name: own if (own := getattr(self, name)) is not None else default
                for name in BUCKETS
                for default in (getattr(base, name),)
            }
        )


NO_RATES = Rates()
BUCKETS: tuple[str, ...] = tuple(each.name for each in fields(Rates))
"""Every bucket that can have a rate, in the order they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Rates of a whole request whose input has `min` to below `max` tokens."""

    min_input_tokens: int
    max_input_tokens: int | None
    rates: Rates
    """Complete: what the tier leaves open is already filled from the model."""
    label: str = ""

    def holds(self, input_tokens: int) -> bool:
        too_many = self.max_input_tokens is not None and (
            input_tokens >= self.max_input_tokens
        )
        return self.min_input_tokens <= input_tokens and not too_many


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedModel:
    """One price row with its tiers."""

    id: int
    provider: str
    model: str
    match: str = "equals"
    """`equals`, `prefix` or `contains`: how `model` is compared."""
    aliases: tuple[str, ...] = ()
    rates: Rates = NO_RATES
    request_usd: Decimal | None = None
    """USD for each request, on top of its tokens."""
    tiers: tuple[Tier, ...] = ()
    fees: Mapping[str, Decimal] = field(default_factory=dict)
    """USD for each piece of what is billed beside tokens: `web_search`, `image`…"""
    service_tier: str = ""
    """Only for requests served so (pricing/serving.py); "" for all others."""
    valid_from: date | None = None
    daily_from: time | None = None
    daily_until: time | None = None
    """Both UTC; a window may go over midnight."""
    workdays_only: bool = False
    """The daily hours count from Monday to Friday (UTC) only."""
    is_edited: bool = False

    def applies(self, at: datetime, service_tier: str = "") -> bool:
        """True when this row's service tier, dates and hours include a request.

        What is served in a special way has a price of its own or none: the standard
        price would be wrong.
        """
        if self.service_tier != service_tier:
            return False
        if self.valid_from is None and self.daily_from is None:
            return True
        at = at.astimezone(UTC) if at.tzinfo else at
        if self.valid_from is not None and at.date() < self.valid_from:
            return False
        if self.daily_from is None or self.daily_until is None:
            return True
        if self.workdays_only and at.weekday() > FRIDAY:
            return False
        now = at.time()
        if self.daily_until < self.daily_from:
            return now >= self.daily_from or now < self.daily_until
        return self.daily_from <= now < self.daily_until

    @property
    def precedence(self) -> tuple[bool, date, bool, int]:
        """Of rows that apply the highest counts; an edit wins over what it equals."""
        return (
            self.daily_from is not None,
            self.valid_from or date.min,
            self.is_edited,
            self.id,
        )

    def rates_for(self, input_tokens: int) -> tuple[Rates, str]:
        """The rates for a request of that size, and what is special about them."""
        for tier in self.tiers:
            if tier.holds(input_tokens):
                label = ", ".join(filter(None, (self.service_tier, tier.label)))
                return tier.rates, label
        return self.rates, self.service_tier


def in_force(
    rows: Sequence[PricedModel], at: datetime, service_tier: str = ""
) -> PricedModel | None:
    """The one of several rows for the same model that counts for a request."""
    applicable = [row for row in rows if row.applies(at, service_tier)]
    if len(applicable) < 2:
        return applicable[0] if applicable else None
    return max(applicable, key=lambda row: row.precedence)


def plain(number: Decimal) -> Decimal:
    """The same number without trailing zeros, nor a sign of zero's. Print it with
    `digits`."""
    return Decimal(f"{number.normalize():f}") if number else Decimal(0)


def digits(number: Decimal) -> str:
    """`0.0000001`, where str() would say `1E-7`."""
    return f"{plain(number):f}"


def dollars(number: Decimal, places: int = 2) -> str:
    """`$2.50`, `$0.0000075`: at least two places, all the digits that are there."""
    short = plain(number)
    exponent = short.as_tuple().exponent
    shown = max(-exponent, places) if isinstance(exponent, int) else places
    return f"${short:,.{shown}f}"

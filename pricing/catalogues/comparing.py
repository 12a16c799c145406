"""What a catalogue would change: each offered price beside the one that counts now.

`applying.py` takes the chosen ones. The price that counts is found as for a request, so
an alias counts as its target's name. What a catalogue doesn't tell stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pricing.book import PriceBook
from pricing.cost import INSTEAD
from pricing.invariants import PriceSheet, broken, free, jumps
from pricing.rates import (
    BUCKETS,
    NO_RATES,
    PricedModel,
    Rates,
    Tier,
    dollars,
    in_force,
)
from pricing.sources.base import CataloguePrice, CatalogueTier

LONGEST_NAME = 255


class Status(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    """Differs, and an operator edited the price: it stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChange:
    """One rate, as it is and as it would be; `None` is "not published"."""

    what: str
    """A bucket, or one of larger requests: `input over 200,000 input tokens`."""
    before: Decimal | None
    after: Decimal | None

    @property
    def percent(self) -> Decimal | None:
        """How much dearer; None where nothing was published, or free."""
        if not self.before or self.after is None:
            return None
        return ((self.after / self.before - 1) * 100).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An offered price and what becomes of it."""

    price: CataloguePrice
    status: Status
    now: PricedModel | None = None
    """The price that counts for this name today."""
    is_own: bool = False
    """That price is of this very name, not of one that this is an alias of."""
    changes: tuple[RateChange, ...] = ()
    refused: tuple[str, ...] = ()
    """Rules that it breaks: it is not taken."""
    doubts: tuple[str, ...] = ()
    """It is taken only when they are confirmed."""

    @property
    def is_takeable(self) -> bool:
        return self.status in (Status.NEW, Status.CHANGED) and not self.refused


def compared(
    prices: Iterable[CataloguePrice], book: PriceBook, at: datetime
) -> list[Offer]:
    """One for each offered price, in its order."""
    listed = list(prices)
    usual = {_name(each): each.rates for each in listed if not each.service_tier}
    return [_offer(each, book, at, usual) for each in listed]


def price_now(
    book: PriceBook, provider: str, model: str, served: str, at: datetime
) -> PricedModel | None:
    """What counts for a name; of prices by the hour, the one for the other hours."""
    match = book.match(provider, model)
    if match is None:
        return None
    all_day = [row for row in match.rows if row.daily_from is None]
    return in_force(all_day or match.rows, at, served)


def _offer(
    price: CataloguePrice,
    book: PriceBook,
    at: datetime,
    usual: Mapping[tuple[str, str], Rates],
) -> Offer:
    now = price_now(book, price.provider, price.model, price.service_tier, at)
    is_own = now is not None and _is_own(price, now)
    if now is not None and price.tiers:
        price = replace(price, tiers=aligned(price.tiers, now))
    changes = tuple(_changes(price, now))
    status = _status(changes, now, is_own)
    standard = usual.get(_name(price))
    if standard is None and price.service_tier:
        plain = price_now(book, price.provider, price.model, "", at)
        standard = plain.rates if plain else None
    is_taken = status in (Status.NEW, Status.CHANGED)
    return Offer(
        price=price,
        status=status,
        now=now,
        is_own=is_own,
        changes=changes,
        refused=tuple(_refused(price, now, is_own, standard)) if is_taken else (),
        doubts=tuple(_doubts(price, now, is_own)) if is_taken else (),
    )


def _is_own(price: CataloguePrice, now: PricedModel) -> bool:
    same = (now.provider, now.model.lower()) == _name(price)
    return same and price.valid_from in (None, now.valid_from)


def _name(price: CataloguePrice) -> tuple[str, str]:
    return price.provider, price.model.lower()


def _status(
    changes: tuple[RateChange, ...], now: PricedModel | None, is_own: bool
) -> Status:
    if now is not None and not changes:
        return Status.UNCHANGED
    if not is_own or now is None:
        return Status.NEW
    return Status.KEPT if now.is_edited else Status.CHANGED


def _changes(price: CataloguePrice, now: PricedModel | None) -> Iterator[RateChange]:
    before = now.rates if now else NO_RATES
    yield from _of_rates(before, price.rates, "")
    old_fee = now.request_usd if now else None
    if price.request_usd is not None and price.request_usd != old_fee:
        yield RateChange(what="request", before=old_fee, after=price.request_usd)
    if price.tiers:
        yield from _of_tiers(now.tiers if now else (), before, price.tiers)


def _of_tiers(
    old: Iterable[Tier], base: Rates, new: Iterable[CatalogueTier]
) -> Iterator[RateChange]:
    known = {tier.min_input_tokens: tier for tier in old}
    for tier in new:
        was = known.pop(tier.min_input_tokens, None)
        where = f" from {tier.min_input_tokens:,} input tokens"
        # Until now such requests cost what all cost.
        yield from _of_rates(was.rates if was else base, tier.rates, where)
    for start, gone in known.items():
        yield RateChange(
            what=f"tier from {start:,} input tokens",
            before=gone.rates.input,
            after=None,
        )


def aligned(
    tiers: Sequence[CatalogueTier], now: PricedModel
) -> tuple[CatalogueTier, ...]:
    """The tiers from where those in use begin, which are of the provider's own words:
    a catalogue doesn't tell `from 200,000` from `over 200,000`. What a tier in use has
    of its own and the catalogue doesn't tell stays."""
    starts = {
        start: tier
        for tier in now.tiers
        for start in (tier.min_input_tokens, tier.min_input_tokens + 1)
    }
    found = []
    for tier in tiers:
        was = starts.get(tier.min_input_tokens)
        end = starts.get(tier.max_input_tokens or -1)
        if end is not None:
            tier = replace(tier, max_input_tokens=end.min_input_tokens)
        if was is not None:
            own = {
                bucket: rate
                for bucket in BUCKETS
                if (rate := getattr(was.rates, bucket)) != getattr(now.rates, bucket)
            }
            tier = replace(
                tier,
                min_input_tokens=was.min_input_tokens,
                rates=tier.rates.over(Rates(**own)),
                label=was.label,
            )
        found.append(tier)
    return tuple(found)


def _of_rates(before: Rates, after: Rates, where: str) -> Iterator[RateChange]:
    for bucket in BUCKETS:
        old, new = getattr(before, bucket), getattr(after, bucket)
        if new is None or new == old:
            continue
        if old is None and not before.is_empty and _says_nothing(before, bucket, new):
            continue
        yield RateChange(what=f"{bucket}{where}", before=old, after=new)


def _says_nothing(before: Rates, bucket: str, new: Decimal) -> bool:
    """It is billed at this rate without it, or is no part of what it does."""
    instead = (getattr(before, each) for each in INSTEAD.get(bucket, ()))
    return new == next((rate for rate in instead if rate is not None), Decimal(0))


def sheet(
    price: CataloguePrice, now: PricedModel | None, standard: Rates | None = None
) -> PriceSheet:
    """The price as it would be: what isn't told stays."""
    rates = price.rates.over(now.rates if now else NO_RATES)
    if price.tiers:
        tiers = [(tier.label, tier.rates.over(rates)) for tier in price.tiers]
    else:
        tiers = [(tier.label, tier.rates) for tier in (now.tiers if now else ())]
    return PriceSheet(
        provider=price.provider,
        model=price.model,
        rates=rates,
        tiers=tiers,
        service_tier=price.service_tier,
        standard=standard or NO_RATES,
    )


def _refused(
    price: CataloguePrice,
    now: PricedModel | None,
    is_own: bool,
    standard: Rates | None,
) -> Iterator[str]:
    yield from broken(sheet(price, now if is_own else None, standard))
    if len(price.model) > LONGEST_NAME or not price.model.isprintable():
        yield "Its name can't be stored."


def _doubts(
    price: CataloguePrice, now: PricedModel | None, is_own: bool
) -> Iterator[str]:
    if free(sheet(price, now if is_own else None)):
        yield "It would cost nothing; catalogues write 0 for what they don't know, too."
    if now is None:
        return
    if not is_own:
        yield f"It is priced as {now.model} of {now.provider} now, and differs."
    yield from jumps(now.rates, price.rates)
    yield from _tier_leaps(price, now)
    if is_own and now.tiers and not price.tiers:
        first = now.tiers[0].rates.input
        told = "" if first is None else f" (input {dollars(first)})"
        yield f"Its prices of larger requests{told} are not told, and stay."


def _tier_leaps(price: CataloguePrice, now: PricedModel) -> Iterator[str]:
    """Of the tiers that begin where one begins now."""
    begins = {tier.min_input_tokens: tier for tier in now.tiers}
    for tier in price.tiers:
        if (old := begins.get(tier.min_input_tokens)) is not None:
            for leap in jumps(old.rates, tier.rates.over(price.rates)):
                yield f"From {tier.min_input_tokens:,} tokens: {leap}"

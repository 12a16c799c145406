"""What is billed by the piece, beside tokens or in their place.

Searches, seconds of audio, images, characters: a price row's `fees` have USD for each
piece, `pricing/usage.py`'s units say how many. `pricing/cost.py` adds the lines. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from pricing.quote import QuoteLine
from pricing.rates import PricedModel
from pricing.usage import Unit, Usage

_WHOLE = ("audio_second", "character", "image", "page", "rerank_search")
"""What some models are billed by alone, without any tokens."""
_IF_LISTED = (*_WHOLE, "search_query", "search_context")
"""Told by answers of models that aren't billed by it as well: no fee, no charge."""
_DUE = frozenset({"image_generation"})
"""A hosted tool's calls, though they begin like one of those."""
_FREE = frozenset({"web_fetch", "url_context"})
_CONTEXT = "search_context"
"""A fee for each request by how much was searched: `search_context_low`…"""
_USUAL = "search_context_low"
_PER_PROMPT = "_prompt"
"""A fee that is due once for a request, however many searches it made."""


def has_any(usage: Usage, row: PricedModel) -> bool:
    """Whether anything is to be looked for at all: for most requests there isn't."""
    return bool(usage.units) or _USUAL in row.fees or row.request_usd is not None


def are_all(usage: Usage, row: PricedModel) -> bool:
    """True when this request is billed by the piece alone."""
    if not usage.units or (usage.is_reported and not row.rates.is_empty):
        return False
    return any(_is(_WHOLE, unit) and _price(unit, row) for unit in usage.units)


def lines(usage: Usage, row: PricedModel) -> Iterator[QuoteLine]:
    """A line for each fee; the request's own last."""
    told = [price for unit in usage.units if (price := _price(unit, row))]
    yield from (_line(*price) for price in told)
    usual = row.fees.get(_USUAL)
    if usual is not None and not any(kind.startswith(_CONTEXT) for kind, *_ in told):
        note = "How much was searched isn't told: the provider's usual."
        yield replace(_line(_USUAL, Decimal(1), usual), note=note)
    if row.request_usd is not None:
        yield QuoteLine(
            kind="request",
            tokens=0,
            usd_per_million=Decimal(0),
            cost_usd=row.request_usd,
            note="A fixed price for each request.",
        )


def missing(usage: Usage, row: PricedModel) -> list[str]:
    """The fees that are due and not in the price list, in words."""
    return [
        f"fee for {unit.kind.replace('_', ' ')}"
        for unit in usage.units
        if _price(unit, row) is None and not _is(_IF_LISTED, unit)
        if unit.kind not in _FREE
    ]


def _is(kinds: tuple[str, ...], unit: Unit) -> bool:
    return unit.kind.startswith(kinds) and unit.kind not in _DUE


def _price(unit: Unit, row: PricedModel) -> tuple[str, Decimal, Decimal] | None:
    """The fee's kind, how many, and USD for each."""
    if (usd := row.fees.get(unit.kind)) is not None:
        return unit.kind, Decimal(unit.count), usd
    once = unit.kind + _PER_PROMPT
    if (usd := row.fees.get(once)) is not None:
        return once, Decimal(1), usd
    return None


def _line(kind: str, pieces: Decimal, usd_each: Decimal) -> QuoteLine:
    return QuoteLine(
        kind=kind,
        tokens=0,
        usd_per_million=Decimal(0),
        cost_usd=usd_each * pieces,
        pieces=pieces,
        usd_each=usd_each,
    )

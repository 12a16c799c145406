"""The quote of one exchange: Weir's own price, else what the provider says it cost.

`proxy/recording/assemble.py` asks for it. All that a price hangs on comes together
here: what was used, how it was served, what was asked for and not confirmed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pricing.book import PriceBook
from pricing.quote import Quote, Status
from pricing.serving import served_as
from pricing.usage import Unit, Usage
from proxy.recording import billing
from proxy.recording.places import told_region
from proxy.wire.base import RequestFacts, ResponseFacts
from runs.record import ExchangeRecord

_ON_TOP = ("online_search", "search_context")
"""Pieces that the request tells and that are billed beside tokens."""


def quote_of(
    book: PriceBook,
    record: ExchangeRecord,
    asked: RequestFacts,
    facts: ResponseFacts,
    status: int,
) -> Quote | None:
    """None for what nobody bills, such as a list of models or a refusal. Of `record`
    it needs where and when it went."""
    method, path, operation = record.method, record.path, record.operation
    if not billing.may_cost(method, path, operation, status, facts):
        return None
    models = (facts.model or "", record.upstream_model, asked.model or "")
    region = facts.region or told_region(record.upstream_url, models)
    quote = book.quote(
        record.provider,
        models,
        _usage(asked, facts),
        record.started_at,
        operation,
        served_as(facts.service_tier, facts.speed, region),
        facts.passes,
        tuple(_mixed(asked, facts)),
    )
    quote = _unless_unsure(quote, asked, facts)
    return _or_reported(quote, facts)


def _usage(asked: RequestFacts, facts: ResponseFacts) -> Usage:
    """What the answer tells, and what only the request does."""
    if not asked.units:
        return facts.usage
    if not facts.usage.is_reported and not facts.usage.units:
        return facts.usage.with_units(*asked.units)
    told = {_group(unit) for unit in facts.usage.units}
    on_top = (u for u in asked.units if _group(u) in _ON_TOP and _group(u) not in told)
    return facts.usage.with_units(*on_top)


def _mixed(asked: RequestFacts, facts: ResponseFacts) -> Iterator[str]:
    """Buckets of media that went up or came down, where the counts don't tell them
    from text (Gemini's OpenAI endpoint, gateways)."""
    usage = facts.usage
    if asked.images and usage.input_image is None:
        yield "input_image"
    if asked.sounds and usage.input_audio is None:
        yield "input_audio"
    said = (facts.message, *facts.other_choices)
    kinds = {part.kind for each in said if each is not None for part in each.parts}
    if "image" in kinds and usage.output_image is None:
        yield "output_image"
    if "audio" in kinds and usage.output_audio is None:
        yield "output_audio"


def _group(unit: Unit) -> str:
    """`search_context_low` and `…_high` are answers to one question."""
    return next((kind for kind in _ON_TOP if unit.kind.startswith(kind)), unit.kind)


def _unless_unsure(quote: Quote, asked: RequestFacts, facts: ResponseFacts) -> Quote:
    """No cost for counts that aren't final, or a way to serve that isn't confirmed."""
    if facts.usage.is_reported and billing.is_partial(facts):
        why = "The stream broke off before its final counts."
        return _unknown(quote, "no_usage", why)
    if quote.status != "priced":
        return quote
    for wish, told in (
        (asked.service_tier, facts.service_tier),
        (asked.speed, facts.speed),
    ):
        if wish and not told and (special := served_as(wish)):
            why = f"{special} was asked for, and the answer doesn't say how it was"
            price = f"at the standard price: {quote.formula}"
            return _unknown(quote, "no_price", f"{why} served; {price}.")
    return quote


def _unknown(quote: Quote, status: Status, why: str) -> Quote:
    return replace(quote, status=status, cost_usd=None, why=why)


def _or_reported(quote: Quote, facts: ResponseFacts) -> Quote:
    """The provider's own figure, where Weir has none or the bill isn't for tokens."""
    reported = facts.reported_cost_usd
    if reported is None:
        return quote
    if facts.is_own_key:
        why = "Your own key of the provider was used, which bills the tokens itself."
        return replace(
            _unknown(quote, "reported", f"{why} This is the router's fee."),
            cost_usd=reported,
            lines=(),
            formula="",
        )
    if quote.cost_usd is not None:
        return quote
    why = f"{quote.why} This is the provider's own figure."
    return replace(quote, status="reported", cost_usd=reported, why=why)

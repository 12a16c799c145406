"""Was a request served as it was asked? Told of each, for badges, filters and gates.

`proxy/recording/assemble.py` asks. None is "nothing tells".
"""

from __future__ import annotations

from pricing.book import PriceBook
from pricing.serving import served_as
from pricing.spellings import is_same_model
from proxy.wire.base import RequestFacts, ResponseFacts
from runs.record import ExchangeRecord

_ANY = frozenset({"auto", ""})
"""A wish that leaves it to the provider."""
_DEPLOYMENTS = "/deployments/"
"""Azure: what stands behind is the customer's own name of a model."""


def tell_serving(
    record: ExchangeRecord, asked: RequestFacts, facts: ResponseFacts, book: PriceBook
) -> None:
    record.is_other_model = _other_model(record, asked, facts, book)
    record.is_other_tier = _other_tier(asked, facts)
    record.asked_tier = asked.service_tier or ""
    record.asked_speed = asked.speed or ""


def _other_model(
    record: ExchangeRecord, asked: RequestFacts, facts: ResponseFacts, book: PriceBook
) -> bool | None:
    """Beside what was sent: that a route sends another model is its purpose. What was
    asked instead of a model that failed is another, whoever was asked."""
    sent = "" if record.before else record.upstream_model
    wanted, got = sent or asked.model or "", facts.model or ""
    same = is_same_model(wanted, got)
    if same is not False:
        return None if same is None else False
    if _DEPLOYMENTS in record.upstream_url:
        return None
    return not book.is_alias(record.provider, wanted, got)


def _other_tier(asked: RequestFacts, facts: ResponseFacts) -> bool | None:
    """Of the service tier and the speed, those that were asked for."""
    found = [
        served_as(wish) != served_as(told)
        for wish, told in (
            (asked.service_tier, facts.service_tier),
            (asked.speed, facts.speed),
        )
        if told and (wish or "").lower() not in _ANY
    ]
    return any(found) if found else None

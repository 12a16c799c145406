"""What the provider itself says a request cost: one table of all its spellings.

Formats ask for the body's, `proxy/recording/header_counts.py` for a header's. All are
US dollars; amounts may be texts. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from proxy.wire.base import Notes
from proxy.wire.lenient import Record, money, record, string

_TICK = Decimal("1e-10")
_USD = Decimal(1)

# Where an amount stands inside `usage` (or the answer), and what one of it is in USD.
# The first that is there counts: the whole cost before what may be a part of it.
_IN_USAGE: tuple[tuple[tuple[str, ...], Decimal], ...] = (
    (("cost", "total_cost"), _USD),  # Perplexity
    (("cost",), _USD),  # OpenRouter, Requesty
    (("cost_in_usd_ticks",), _TICK),  # xAI
    (("cost_in_nano_usd",), Decimal("1e-9")),
    (("estimated_cost",), _USD),  # DeepInfra
    (("pydantic_ai_gateway", "cost_estimate"), _USD),
    (("cost_usd_total",), _USD),  # LLM Gateway
    (("cost_details", "total_cost"), _USD),
    (("total_cost_usd",), _USD),
    (("total_cost",), _USD),
    (("cost_usd",), _USD),
    (("response_cost",), _USD),
)
_IN_ANSWER: tuple[tuple[tuple[str, ...], Decimal], ...] = (
    (("provider_metadata", "gateway", "cost"), _USD),  # Vercel's AI gateway
    (("providerMetadata", "gateway", "cost"), _USD),
    (("_hidden_params", "response_cost"), _USD),  # LiteLLM
    (("response_cost",), _USD),
    (("estimated_cost",), _USD),
    (("inference_status", "cost"), _USD),  # DeepInfra's own API
    (("associated_dollar_cost",), _USD),  # UiPath's LLM gateway
)
_BESIDE = frozenset(path[0] for path, _ in _IN_ANSWER)
_INSIDE = frozenset(path[0] for path, _ in _IN_USAGE)
# `x-litellm-response-cost` and what other gateways call it; not the parts that are
# listed beside it (`…-cost-original`, `…-cost-discount-amount`), not limits.
_HEADER = re.compile(
    r"^(?!.*(?:limit|original|discount|margin|budget|remaining|-max-|-cap-))"
    r"x-(?:[a-z0-9]+-)*cost(?:-usd|-in-usd|-total)?$"
)
_TICKS_HEADER = re.compile(r"^x-(?:[a-z0-9]+-)*cost-in-usd-ticks$")


def read_cost(usage: Record, notes: Notes) -> Decimal | None:
    """The cost in a `usage` object."""
    if _INSIDE.isdisjoint(usage):
        return None
    return _first(usage, _IN_USAGE, notes)


def cost_in_answer(body: Record, notes: Notes) -> Decimal | None:
    """The cost that stands beside `usage`."""
    if _BESIDE.isdisjoint(body):
        return None
    return _first(body, _IN_ANSWER, notes)


def cost_in_headers(headers: Iterable[tuple[str, str]]) -> Decimal | None:
    """A gateway's header. 0 is what one says whose price list lacks the model."""
    for name, text in headers:
        if "cost" not in name.lower():
            continue
        unit = _USD if _HEADER.match(name.lower()) else None
        unit = _TICK if _TICKS_HEADER.match(name.lower()) else unit
        if unit is not None and (amount := money(text, Notes(), unit)):
            return amount
    return None


def is_own_key(usage: Record) -> bool:
    """OpenRouter used the client's own key of the provider, which that one bills."""
    return usage.get("is_byok") is True


def _first(
    source: Record, places: Iterable[tuple[tuple[str, ...], Decimal]], notes: Notes
) -> Decimal | None:
    for path, unit in places:
        value: object = source
        inner = source
        for name in path:
            value = record(value).get(name)
            inner = value if isinstance(value, dict) else inner
        if value is None or isinstance(value, dict | list):
            continue
        if string(inner.get("currency")).upper() not in ("", "USD"):
            notes.add("The reported cost is not in US dollars.")
            continue
        if (amount := money(value, notes, unit)) is not None:
            return amount
    return None

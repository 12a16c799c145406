"""The usage tab: tokens by bucket, and the quote that made the cost.

Called by `observe/pages/request/view.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.http import HttpRequest

from observe.pages.request.captured import Captured
from observe.rendering.template_context import TemplateContext
from pricing.quote import Quote
from pricing.rates import dollars
from pricing.usage import MODALITIES
from runs.detail import Detail

_PARTS = {
    "citation": "citations, beside the input",
    **{f"input_{kind}": f"{kind} input" for kind in MODALITIES},
    **{f"cache_read_{kind}": f"cached {kind}" for kind in MODALITIES},
    **{f"output_{kind}": f"{kind} output" for kind in MODALITIES},
}


@dataclass(frozen=True, slots=True)
class Bucket:
    label: str
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePanel(TemplateContext):
    template: ClassVar[str] = "request/_usage.html"

    quote: Quote | None
    buckets: list[Bucket]
    pieces: dict[str, Decimal]
    served: str
    """The service tier, speed and region that the provider told."""
    difference: str
    """How the provider's own figure differs from Weir's, in words; "" if it doesn't."""


def served_otherwise(detail: Detail) -> str:
    """`flex asked, default served`; of what was asked for alone."""
    pairs = (
        (detail.asked_tier, detail.service_tier),
        (detail.asked_speed, detail.speed),
    )
    return "; ".join(f"{asked} asked, {told} served" for asked, told in pairs if asked)


def read(request: HttpRequest, captured: Captured) -> UsagePanel:
    found, detail = captured.request, captured.detail
    parts = [
        Bucket(f"of which {_PARTS.get(name, name)}", count)
        for name, count in detail.token_parts.items()
        if count
    ]
    told = (detail.service_tier, detail.speed, detail.region)
    return UsagePanel(
        quote=detail.quote,
        pieces=detail.pieces,
        served=", ".join(filter(None, told)),
        difference=_difference(found.cost_usd, found.cost_difference_usd),
        buckets=[
            Bucket("Input, not cached", found.input_tokens),
            Bucket("Read from cache", found.cache_read_tokens),
            Bucket("Written to cache, 5 min", found.cache_write_5m_tokens),
            Bucket("Written to cache, 1 h", found.cache_write_1h_tokens),
            Bucket("Output", found.output_tokens),
            Bucket("of which reasoning", found.reasoning_tokens),
            *parts,
            Bucket("Total", found.total_tokens),
        ],
    )


def _difference(cost: Decimal | None, difference: Decimal | None) -> str:
    if cost is None or not difference:
        return ""
    share = f" ({abs(difference) / cost:.1%})" if cost else ""
    word = "more" if difference > 0 else "less"
    return f", {dollars(abs(difference))}{share} {word} than Weir's figure"

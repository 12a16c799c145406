"""The usage tab: tokens by bucket, and the quote that made the cost.

Called by `observe/pages/request/view.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar

from django.http import HttpRequest

from observe.pages.request.captured import Captured
from observe.pages.request.usage_paths import ToldNumber, path_of, told_in
from observe.rendering.template_context import TemplateContext
from pricing.quote import Quote
from pricing.rates import dollars
from pricing.usage import MODALITIES
from runs.detail import Detail
from runs.models import CapturedRequest

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
    path: str = ""
    """Where the answer tells just that number."""


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
    told: list[ToldNumber]
    """As it stands in the answer."""


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
    numbers = told_in(captured.answered)
    told = (detail.service_tier, detail.speed, detail.region)
    return UsagePanel(
        quote=detail.quote,
        pieces=detail.pieces,
        served=", ".join(filter(None, told)),
        difference=_difference(found.cost_usd, found.cost_difference_usd),
        buckets=_buckets(found, numbers, parts),
        told=numbers,
    )


_INPUT = r"(prompt|input)_?tokens?(count)?$|prompt_eval_count|cache_miss"
_OUTPUT = (
    r"(completion|output)_?tokens?(count)?$|(candidates|response)tokenc|^eval_count"
)


def _buckets(
    found: CapturedRequest, told: list[ToldNumber], parts: list[Bucket]
) -> list[Bucket]:
    def bucket(label: str, count: int | None, named: str) -> Bucket:
        return Bucket(label, count, path_of(count, named, told) if count else "")

    fresh = bucket("Input, not cached", found.input_tokens, _INPUT)
    if not fresh.path and (path := path_of(found.usage.total_input, _INPUT, told)):
        fresh = replace(fresh, path=f"{path} without cached ones")
    short, long = found.cache_write_5m_tokens, found.cache_write_1h_tokens
    return [
        fresh,
        bucket("Read from cache", found.cache_read_tokens, "cache(d|_?read|_?hit)"),
        bucket("Written to cache, 5 min", short, "cache_?(creat|write)|5m"),
        bucket("Written to cache, 1 h", long, "1h"),
        bucket("Output", found.output_tokens, _OUTPUT),
        bucket("of which reasoning", found.reasoning_tokens, "reason|think|thought"),
        *parts,
        bucket("Total", found.total_tokens, "total"),
    ]


def _difference(cost: Decimal | None, difference: Decimal | None) -> str:
    if cost is None or not difference:
        return ""
    share = f" ({abs(difference) / cost:.1%})" if cost else ""
    word = "more" if difference > 0 else "less"
    return f", {dollars(abs(difference))}{share} {word} than Weir's figure"

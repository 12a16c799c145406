"""The usage tab: tokens by bucket, and the quote that made the cost.

Called by `observe/pages/request/view.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest

from observe.pages.request.captured import Captured
from observe.rendering.template_context import TemplateContext
from pricing.quote import Quote


@dataclass(frozen=True, slots=True)
class Bucket:
    label: str
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePanel(TemplateContext):
    template: ClassVar[str] = "request/_usage.html"

    quote: Quote | None
    buckets: list[Bucket]


def read(request: HttpRequest, captured: Captured) -> UsagePanel:
    found = captured.request
    return UsagePanel(
        quote=captured.detail.quote,
        buckets=[
            Bucket("Input, not cached", found.input_tokens),
            Bucket("Read from cache", found.cache_read_tokens),
            Bucket("Written to cache, 5 min", found.cache_write_5m_tokens),
            Bucket("Written to cache, 1 h", found.cache_write_1h_tokens),
            Bucket("Output", found.output_tokens),
            Bucket("of which reasoning", found.reasoning_tokens),
            Bucket("Total", found.total_tokens),
        ],
    )

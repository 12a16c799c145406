"""The headers tab: what client and provider said, with credentials marked as masked.

Called by `observe/pages/request/view.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest

from observe.pages.request.captured import Captured
from observe.rendering.template_context import TemplateContext
from proxy.journal.masking import FINGERPRINT


@dataclass(frozen=True, slots=True)
class HeaderLine:
    name: str
    value: str

    @property
    def is_masked(self) -> bool:
        return FINGERPRINT.search(self.value) is not None


@dataclass(frozen=True, slots=True)
class HeaderGroup:
    title: str
    lines: list[HeaderLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadersPanel(TemplateContext):
    template: ClassVar[str] = "request/_headers.html"

    groups: list[HeaderGroup]


def read(request: HttpRequest, captured: Captured) -> HeadersPanel:
    detail = captured.detail
    groups = (
        ("From the client", detail.request_headers),
        ("To the provider", detail.sent_headers),
        ("From the provider", detail.response_headers),
    )
    return HeadersPanel(
        groups=[HeaderGroup(title, _lines(pairs)) for title, pairs in groups if pairs]
    )


def _lines(pairs: Iterable[tuple[str, str]]) -> list[HeaderLine]:
    return [HeaderLine(name, value) for name, value in pairs]

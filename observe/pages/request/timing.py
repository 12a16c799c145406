"""The timing tab: where an answer's time went, as bars over an axis.

Called by `observe/pages/request/view.py`; `waterfall.py` knows the places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest

from observe.chunks import read_chunks
from observe.pages.request import waterfall
from observe.pages.request.captured import Captured
from observe.pages.request.replay import TimedPiece, pieces_of
from observe.rendering.template_context import TemplateContext
from proxy.journal.capture import MAX_TIMES

AXIS_HEIGHT = 20
TICKS_HEIGHT = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingPanel(TemplateContext):
    """Places along the axis are percentages, down the drawing pixels."""

    template: ClassVar[str] = "request/_timing.html"

    spans: list[waterfall.Span]
    """Empty while the request runs."""
    ticks: list[float]
    marks: list[waterfall.Mark]
    chunk_count: int
    ticks_y: int
    stalls: list[waterfall.Stall]
    pieces: list[TimedPiece]
    """The answer as it came, to play it again; empty where that isn't known."""

    @property
    def axis_y(self) -> int:
        return self.ticks_y + (TICKS_HEIGHT if self.chunk_count else 0)

    @property
    def height(self) -> int:
        return self.axis_y + AXIS_HEIGHT

    @property
    def is_cut(self) -> bool:
        return self.chunk_count >= MAX_TIMES


def read(request: HttpRequest, captured: Captured) -> TimingPanel:
    found, detail = captured.request, captured.detail
    duration = found.duration_ms or 0.0
    chunks = read_chunks(detail.chunk_times)
    pieces = pieces_of(captured.answered) if chunks else []
    came = [each.at_ms for each in pieces] or [each.at_ms for each in chunks]
    spans = waterfall.waterfall(
        duration_ms=duration,
        upstream_ms=detail.upstream_ms,
        first_byte_ms=found.first_byte_ms,
        ttft_ms=found.ttft_ms,
    )
    return TimingPanel(
        spans=spans if found.duration_ms is not None else [],
        ticks=waterfall.ticks(chunks, duration),
        marks=waterfall.scale_marks(duration),
        chunk_count=len(chunks),
        ticks_y=len(spans) * waterfall.ROW + 6,
        stalls=waterfall.stalls(came, duration),
        pieces=pieces,
    )

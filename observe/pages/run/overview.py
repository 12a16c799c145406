"""The overview of a run: its models, its errors, what its requests were like.

Called by `observe/pages/run/view.py`; the figures are those of the page's tiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest

from observe.pages.run.chart import RunChart, chart
from observe.pages.run.panel import Measured
from observe.rendering.template_context import TemplateContext
from runs.measure.figures import Distribution, ErrorKind, Share, Statistics

MOST_SHARES = 12


@dataclass(frozen=True, slots=True)
class Part:
    """One model, or endpoint, beside all: a line with a bar."""

    share: Share
    of_cost: float
    """Of the dearest one, in percent: how long its bar is."""


@dataclass(frozen=True, slots=True)
class Latency:
    """A distribution with its name."""

    label: str
    hint: str
    told: Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewPanel(TemplateContext):
    template: ClassVar[str] = "run/_overview.html"

    chart: RunChart | None
    models: list[Part]
    endpoints: list[Part]
    errors: tuple[ErrorKind, ...]
    latencies: list[Latency]
    left_out: int
    """Models and endpoints that are not shown."""


def read(request: HttpRequest, measured: Measured) -> OverviewPanel:
    numbers = measured.numbers
    kinds = (numbers.models, numbers.endpoints)
    return OverviewPanel(
        chart=chart(measured.run, numbers),
        models=_parts(numbers.models),
        endpoints=_parts(numbers.endpoints),
        errors=numbers.error_kinds[:MOST_SHARES],
        latencies=_latencies(numbers),
        left_out=sum(max(len(kind) - MOST_SHARES, 0) for kind in kinds),
    )


def _parts(shares: tuple[Share, ...]) -> list[Part]:
    most = max((_weight(share) for share in shares), default=0.0) or 1.0
    return [Part(each, _weight(each) / most * 100) for each in shares[:MOST_SHARES]]


def _weight(share: Share) -> float:
    return float(share.cost_usd or 0)


def _latencies(numbers: Statistics) -> list[Latency]:
    told = (
        Latency("Duration", "Of successes", numbers.duration),
        Latency("TTFT", "Of streamed successes", numbers.ttft),
        Latency("First output", "First content that isn't reasoning", numbers.ttfo),
        Latency("Between tokens", "Inter-token latency", numbers.itl),
    )
    return [each for each in told if each.told.count]

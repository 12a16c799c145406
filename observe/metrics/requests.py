"""Requests, tokens, cost and times as counters and histograms.

They are the figures of all that was ever recorded (`runs/rollups/steps.py`): moves,
deletes and retention change none of them. The edges of a histogram are those of the
kept buckets that come nearest to round ones, so that every count is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import Metric

from runs.models import CapturedRequest, Facet, Rollup
from runs.record import Outcome
from runs.rollups import histogram
from runs.rollups.figures import BUCKETS, COST_UNIT, STORED, Figures, as_stored
from runs.rollups.histogram import Counts
from runs.rollups.steps import EVER_S

MOST_MODELS = 200
"""The first that were seen keep their names; a client may make up any number."""
OTHER = "other"
EDGES_MS = (10, 25, 50, 100, 250, 500, 1e3, 2.5e3, 5e3, 1e4, 3e4, 6e4, 3e5)
OVERHEAD_EDGES_MS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1e3)
LABELS = ("provider", "model", "operation", "outcome")
OF_GENAI = ("gen_ai_provider_name", "gen_ai_request_model", "gen_ai_operation_name")

Bounds = tuple[int, ...]


def _bounds(edges_ms: Iterable[float]) -> Bounds:
    return tuple(histogram.bucket(edge) for edge in edges_ms)


BOUNDS, OVERHEAD_BOUNDS = _bounds(EDGES_MS), _bounds(OVERHEAD_EDGES_MS)

Key = tuple[str, str, str, str]
"""The values of LABELS."""


def request_families() -> Iterator[Metric]:
    told = _told()
    yield _counter("weir_requests", "Finished requests.", told, lambda f: f.requests)
    yield _counter(
        "weir_unpriced_requests",
        "Billed requests whose cost is not known.",
        told,
        lambda f: f.unpriced,
    )
    yield _counter(
        "weir_cost_usd",
        "Cost of the requests whose cost is known, in US dollars.",
        told,
        lambda f: float(f.cost * COST_UNIT),
    )
    yield _tokens(told)
    yield _times(
        "weir_request_duration_seconds",
        "To the terminal event of a stream, of all others to the last byte.",
        told,
        lambda f: (f.durations, f.duration_us),
    )
    yield _times(
        "weir_time_to_first_token_seconds",
        "To the first generated content; streams only.",
        told,
        lambda f: (f.ttfts, f.ttft_us),
    )
    yield _times(
        "weir_overhead_seconds",
        "What Weir added: until a request went upstream, without the time in which its"
        " body came, and from the answer's last byte to its closing record.",
        told,
        lambda f: (f.overheads, f.overhead_us),
        OVERHEAD_BOUNDS,
    )
    yield from _of_genai(told)
    running = CapturedRequest.objects.filter(outcome=Outcome.PENDING).count()
    yield GaugeMetricFamily("weir_open_requests", "Running now.", value=running)


def _told() -> dict[Key, Figures]:
    """By labels, models beyond the bound together."""
    models = Facet.objects.filter(kind="model").order_by("pk")
    named = {"", *models.values_list("value", flat=True)[:MOST_MODELS]}
    rows = Rollup.objects.filter(step_s=EVER_S).order_by("provider", "model", "pk")
    found: dict[Key, Figures] = {}
    for provider, model, operation, outcome, *figures in rows.values_list(
        *LABELS, *STORED
    ):
        key = (provider, model if model in named else OTHER, operation, outcome)
        found.setdefault(key, Figures()).add(as_stored(figures))
    return found


def _counter(
    name: str, words: str, told: Mapping[Key, Figures], of: Callable[[Figures], float]
) -> Metric:
    family = CounterMetricFamily(name, words, labels=LABELS)
    for key, figures in told.items():
        family.add_metric(key, of(figures))
    return family


def _tokens(told: Mapping[Key, Figures]) -> Metric:
    family = CounterMetricFamily(
        "weir_tokens",
        "Tokens by bucket; the buckets are disjoint, but reasoning is of the output.",
        labels=(*LABELS, "bucket"),
    )
    for key, figures in told.items():
        for bucket in BUCKETS:
            family.add_metric((*key, bucket), getattr(figures, bucket))
    return family


def _times(
    name: str,
    words: str,
    told: Mapping[Key, Figures],
    of: Callable[[Figures], tuple[Counts, int]],
    bounds: Bounds = BOUNDS,
) -> Metric:
    family = HistogramMetricFamily(name, words, labels=LABELS)
    for key, figures in told.items():
        counts, sum_us = of(figures)
        if counts:
            family.add_metric(key, _cumulated(counts, bounds), sum_us / 1e6)
    return family


def _of_genai(told: Mapping[Key, Figures]) -> Iterator[Metric]:
    """Under OpenTelemetry's names and labels, outcomes together."""
    together: dict[tuple[str, str, str], Figures] = {}
    for (provider, model, operation, _), figures in told.items():
        key = (provider, model, operation)
        together.setdefault(key, Figures()).add(figures)
    words = "OpenTelemetry's name for Weir's own."
    names: dict[str, Callable[[Figures], tuple[Counts, int]]] = {
        "gen_ai_client_operation_duration_seconds": lambda f: (
            f.durations,
            f.duration_us,
        ),
        "gen_ai_server_time_to_first_token_seconds": lambda f: (f.ttfts, f.ttft_us),
    }
    for name, of in names.items():
        family = HistogramMetricFamily(name, words, labels=OF_GENAI)
        for key, figures in together.items():
            counts, sum_us = of(figures)
            if counts:
                family.add_metric(key, _cumulated(counts), sum_us / 1e6)
        yield family


def _cumulated(counts: Counts, bounds: Bounds = BOUNDS) -> list[tuple[str, float]]:
    """Up to each edge, in seconds; the last is all."""
    found = [
        (_edge(bound), float(sum(n for index, n in counts.items() if index <= bound)))
        for bound in bounds
    ]
    return [*found, ("+Inf", float(sum(counts.values())))]


def _edge(bound: int) -> str:
    return f"{histogram.GROWTH**bound / 1000:.6g}"

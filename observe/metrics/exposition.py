"""`/metrics` in Prometheus' text format.

Called by `observe/pages/health.py`. Everything is read from the database and from this
host's journal, so every worker answers the same, and the hot path does nothing for it.
Names and units by Prometheus' rules (prometheus.io/docs/practices/naming); beside them
OpenTelemetry's names for generative AI (opentelemetry.io, semantic conventions).
"""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from observe.metrics.journal import journal_families
from observe.metrics.requests import request_families

__all__ = ["CONTENT_TYPE", "exposition"]


class _Families(Collector):
    """Asked once a scrape."""

    def collect(self) -> Iterator[Metric]:
        yield from request_families()
        yield from journal_families()


def exposition() -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families())
    return generate_latest(registry)

"""How far this host's recorder is behind, and what was lost."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from observe import host_id
from proxy.journal import status as journal_status
from runs.models import JournalIncident
from runs.version import weir_version


def journal_families() -> Iterator[Metric]:
    host = host_id.read(settings.WEIR_DATA_DIR)
    told = journal_status.read(settings.WEIR_JOURNAL_DIR, host)
    gauges = {
        "weir_recorder_lag_seconds": (
            "Age of the oldest finished request that isn't recorded.",
            told.lag_s,
        ),
        "weir_recorder_waiting_requests": (
            "Finished requests that aren't recorded yet.",
            told.waiting_records,
        ),
        "weir_journal_waiting_bytes": (
            "Of the journal, not recorded yet.",
            told.waiting_bytes,
        ),
    }
    for name, (words, value) in gauges.items():
        gauge = GaugeMetricFamily(name, words, labels=("host",))
        gauge.add_metric((host,), value)
        yield gauge
    lost = CounterMetricFamily("weir_lost", "Never stored.", labels=("host", "what"))
    lost.add_metric((host, "requests"), told.lost_requests)
    lost.add_metric((host, "bodies"), told.lost_bodies)
    yield lost
    yield _incidents()
    about = GaugeMetricFamily("weir_info", "1, with the version.", labels=("version",))
    about.add_metric((weir_version(),), 1)
    yield about


def _incidents() -> Metric:
    family = CounterMetricFamily(
        "weir_journal_incidents", "What the recorder could not read.", labels=("kind",)
    )
    rows = JournalIncident.objects.values_list("kind").order_by("kind")
    for kind, count in rows.annotate(count=Count("pk")):
        family.add_metric((kind,), count)
    return family

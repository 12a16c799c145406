"""The statistics of a whole run, kept until one of its requests changes.

100,000 requests take a quarter of a second to read; while nothing of the run changes,
its figures are told from memory. Asked by pages, API, gate, comparison and experiments.
"""

from __future__ import annotations

from runs.measure import statistics
from runs.measure.by_stamp import ByStamp
from runs.measure.figures import Statistics
from runs.models import CapturedRequest

LEAST = 1_000
"""Requests; smaller runs are read as fast."""
MOST_KEPT = 100

_kept = ByStamp[Statistics](MOST_KEPT)


def statistics_of(run: int) -> Statistics:
    """Exact; of a run by its key."""
    return _kept.get(
        run,
        None,
        lambda: statistics.of(CapturedRequest.objects.filter(run=run)),
        lambda found: found.requests >= LEAST,
    )

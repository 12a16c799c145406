"""The statistics of a whole run, kept until one of its requests changes.

100,000 requests take a quarter of a second to read; while nothing of the run changes,
its figures are told from memory. Asked by pages, API, gate, comparison and experiments.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from runs.measure import statistics
from runs.measure.figures import Statistics
from runs.models import CapturedRequest
from runs.models.run_stamp import stamp_of

LEAST = 1_000
"""Requests; smaller runs are read as fast."""
MOST_KEPT = 100
"""Runs of a process, those that were asked for last."""

_kept: OrderedDict[int, tuple[int, Statistics]] = OrderedDict()
_lock = Lock()


def statistics_of(run: int) -> Statistics:
    """Exact; of a run by its key."""
    stamp = stamp_of(run)
    with _lock:
        known = _kept.get(run)
        if known and known[0] == stamp:
            _kept.move_to_end(run)
            return known[1]
    # The stamp was read before: what changes meanwhile makes another one.
    found = statistics.of(CapturedRequest.objects.filter(run=run))
    if stamp is not None and found.requests >= LEAST:
        with _lock:
            _kept[run] = stamp, found
            _kept.move_to_end(run)
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
    return found

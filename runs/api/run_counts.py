"""What lists of runs say of each one's requests.

Put on the rows that `runs/api/runs.py` answers with.
"""

from __future__ import annotations

from runs.measure.figures import as_plain
from runs.measure.totals import RunTotals, of_runs
from runs.models import Run


def counted(runs: list[Run]) -> list[Run]:
    """Puts `request_count` on each run."""
    found = of_runs([run.pk for run in runs])
    for run in runs:
        told = found.get(run.pk, RunTotals())
        run.request_count = told.requests  # type: ignore[attr-defined]
    return runs


def summed(runs: list[Run]) -> list[Run]:
    """Puts `totals` on each run, and `request_count`."""
    found = of_runs([run.pk for run in runs])
    for run in runs:
        told = found.get(run.pk, RunTotals())
        run.totals = as_plain(told)  # type: ignore[attr-defined]
        run.request_count = told.requests  # type: ignore[attr-defined]
    return runs

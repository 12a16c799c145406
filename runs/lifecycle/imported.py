"""Runs whose requests were imported: over from the beginning, as long as their requests
say. Made and widened by `proxy/setup/importing.py`.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from runs.lifecycle.changes import clean_name
from runs.models import Run, RunSpan
from runs.models.run import RunState

SOURCE = "import"


def imported_run(name: str, began: datetime, ended: datetime) -> Run:
    """The run of that name that an import made, or a new one, covering the time."""
    name = clean_name(name)
    with transaction.atomic():
        run = Run.objects.filter(name=name, source=SOURCE).order_by("pk").first()
        if run is None:
            run = Run.objects.create(
                name=name,
                source=SOURCE,
                state=RunState.ENDED,
                started_at=began,
                ended_at=ended,
            )
            RunSpan.objects.create(run=run, began_at=began, ended_at=ended)
        else:
            _widen(run, began, ended)
    return run


def _widen(run: Run, began: datetime, ended: datetime) -> None:
    began = min(began, run.started_at)
    ended = max(ended, run.ended_at or ended)
    if (began, ended) != (run.started_at, run.ended_at):
        run.started_at, run.ended_at = began, ended
        run.save(update_fields=["started_at", "ended_at"])
        RunSpan.objects.filter(run=run).update(began_at=began, ended_at=ended)

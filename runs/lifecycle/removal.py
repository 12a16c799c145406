"""Removes the requests of a run that is being deleted, bodies and all.

Part of `runs/lifecycle/`, apart from it because it asks retention, which
knows how bodies stand on each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from runs.keeping.retention import Rule, prune
from runs.models import CapturedRequest, Run


@dataclass(frozen=True, slots=True)
class _OfRun(Rule):
    run: int = 0

    def requests(self) -> QuerySet[CapturedRequest]:
        return Rule.requests(self).filter(run=self.run)


def remove_requests(run: Run) -> int:
    """How many went; one that is still going on stays, without a run."""
    tomorrow = timezone.now() + timedelta(days=1)
    rule = _OfRun(before=tomorrow, keep_figures=False, run=run.pk)
    return sum(prune(rule, rest=0.0))

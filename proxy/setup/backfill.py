"""Costs of stored requests found anew at the prices of each one's own time.

Behind `weir prices backfill` and `POST /api/prices/backfill`. Requests are read again
(`proxy/recording/rereading.py`) and only their cost is written
(`runs/store/repricing.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from proxy.journal.masking import Masker
from proxy.recording.rereading import reread
from runs.keeping import audit
from runs.keeping.prune_lock import alone
from runs.models import AuditEntry, CapturedRequest
from runs.models.request_set import CapturedRequestQuerySet
from runs.store.repricing import Repricer, Which, undo


@dataclass(frozen=True, slots=True, kw_only=True)
class Costing:
    """Whose costs, and whether they are only looked at."""

    which: Which = Which.MISSING
    undo: bool = False
    """Bring the former ones back instead."""
    dry_run: bool = False


@dataclass(slots=True)
class Backfilled:
    """What was found, or would be."""

    requests: int = 0
    without_bodies: int = 0
    changed: int = 0
    before_usd: Decimal = Decimal(0)
    after_usd: Decimal = Decimal(0)


def backfill(
    requests: CapturedRequestQuerySet, wish: Costing, done: Backfilled
) -> Iterator[int]:
    """Step by step; gives how many requests each had. Raises AlreadyPruning."""
    work = _undone if wish.undo else _repriced
    with alone("reread"):
        yield from work(requests, wish, done)
    if done.changed and not wish.dry_run:
        what = "undo" if wish.undo else wish.which.value
        after = {"requests": done.changed, "which": what}
        audit.write(AuditEntry.Action.APPLIED, "costs", "backfill", {}, after)


def _repriced(
    requests: CapturedRequestQuerySet, wish: Costing, done: Backfilled
) -> Iterator[int]:
    masker = Masker(settings.SECRET_KEY, settings.WEIR_TOKEN)
    writer = Repricer(wish.which, writes=not wish.dry_run)
    newest = CapturedRequest.objects.order_by("-pk").values_list("pk", flat=True)
    for step in reread(requests, masker, upto=newest.first() or 0, rewriter=writer):
        done.requests += step.seen
        done.without_bodies += step.unread
        done.changed += len(step.changes)
        for told in step.changes.values():
            before, after = told["cost_usd"]
            done.before_usd += Decimal(str(before or 0))
            done.after_usd += Decimal(str(after or 0))
        yield step.seen


def _undone(
    requests: CapturedRequestQuerySet, wish: Costing, done: Backfilled
) -> Iterator[int]:
    for seen, back in undo(requests, writes=not wish.dry_run):
        done.requests += seen
        done.changed += back
        yield seen

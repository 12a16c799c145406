"""Moves requests into another run, or out of any, and their turns with them.

Part of `runs/lifecycle/`.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from runs.models import CapturedRequest, Run, Turn
from runs.rollups import ledger

STEP = 2000


def move(requests: QuerySet[CapturedRequest], run: Run | None) -> int:
    """How many requests were not in `run` before and are now.

    A turn goes with its requests; where only some of them go, they leave it.
    """
    target = run.pk if run else None
    elsewhere = CapturedRequest.objects.exclude(run=run) if run else _in_a_run()
    chosen = elsewhere.filter(pk__in=requests.order_by().values("pk"))
    # Told once: when they have moved, `requests` may select others.
    ids = list(chosen.order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(ids), STEP):
        step = ids[at : at + STEP]
        with transaction.atomic():
            were = ledger.told(step)
            CapturedRequest.objects.filter(pk__in=step).update(run=target)
            ledger.replace(were, ledger.told(step))
    for at in range(0, len(ids), STEP):
        with transaction.atomic():
            _take_turns_along(ids[at : at + STEP], target)
    return len(ids)


def _in_a_run() -> QuerySet[CapturedRequest]:
    return CapturedRequest.objects.filter(run__isnull=False)


def _take_turns_along(ids: list[int], target: int | None) -> None:
    moved = CapturedRequest.objects.filter(pk__in=ids, turn__isnull=False)
    turns = Turn.objects.filter(pk__in=moved.values("turn"))
    members = CapturedRequest.objects.filter(turn=OuterRef("pk"))
    stayed = members.filter(run__isnull=False)
    if target is not None:
        stayed = members.exclude(run=target)
    split = turns.filter(Exists(stayed)).values_list("pk", flat=True)
    moved.filter(turn__in=list(split)).update(turn=None)
    turns.exclude(pk__in=list(split)).update(run=target)

"""Removes what no request needs any more: turns, conversations, links, filter values.

`weir prune` calls `sweep` after it has pruned; each step is a short transaction. Runs
stay: they are the user's own, with or without requests.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, Model, OuterRef, QuerySet

from runs import sql
from runs.models import (
    CalledTool,
    CapturedRequest,
    Conversation,
    ConversationLink,
    Facet,
    Turn,
    TurnAlias,
)

STEP = 2000
"""Rows looked at in one transaction."""

Stale = Callable[[QuerySet[Any]], QuerySet[Any]]


def sweep(before: datetime, *, rest: float = 1.0) -> Iterator[int]:
    """Gives how many rows each step removed.

    Only what began before `before`: the recorder may be about to use anything younger.
    """

    def old_turns(rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(started_at__lt=before).exclude(_has_requests("turn"))

    def old_conversations(rows: QuerySet[Any]) -> QuerySet[Any]:
        empty = rows.filter(started_at__lt=before).exclude(
            _has_requests("conversation")
        )
        return empty.exclude(Exists(Turn.objects.filter(conversation=OuterRef("pk"))))

    yield from _in_steps(Turn, old_turns, rest)
    yield from _in_steps(Conversation, old_conversations, rest)
    yield from _in_steps(ConversationLink, _links_to_nothing, rest)
    yield _facets()


def _has_requests(name: str) -> Exists:
    return Exists(CapturedRequest.objects.filter(**{name: OuterRef("pk")}))


def _links_to_nothing(rows: QuerySet[Any]) -> QuerySet[Any]:
    target = CapturedRequest.objects.filter(pk=OuterRef("request_id"))
    return rows.exclude(Exists(target))


def _in_steps(model: type[Model], stale: Stale, rest: float) -> Iterator[int]:
    rows: QuerySet[Any] = model._default_manager.order_by("pk")
    edge: int | None = None
    while True:
        began = time.monotonic()
        looked_at = rows if edge is None else rows.filter(pk__gt=edge)
        last = list(looked_at.values_list("pk", flat=True)[:STEP])[-1:]
        if not last:
            return
        yield _remove(model, stale(looked_at.filter(pk__lte=last[0])))
        edge = last[0]
        time.sleep((time.monotonic() - began) * rest)


def _remove(model: type[Model], rows: QuerySet[Any]) -> int:
    try:
        with transaction.atomic():
            ids = list(rows.values_list("pk", flat=True))
            if model is Turn:
                sql.delete(TurnAlias.objects.filter(turn__in=ids))
            sql.delete(model._default_manager.filter(pk__in=ids))
    except IntegrityError:
        return 0  # one of them is used again; the next prune looks anew
    return len(ids)


def _having(facet: Facet) -> QuerySet[Any]:
    if facet.kind == "tool":
        return CalledTool.objects.filter(name=facet.value)
    return CapturedRequest.objects.filter(**{facet.kind: facet.value})


def _facets() -> int:
    """Filter values that no request has."""
    removed = 0
    for facet in Facet.objects.all():
        used = _having(facet)
        if used.exists():
            continue
        with transaction.atomic():
            if not used.exists():
                sql.delete(Facet.objects.filter(pk=facet.pk))
                removed += 1
    return removed

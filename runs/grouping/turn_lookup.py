"""What the database knows of turns, for `turn_writer.py` after a restart."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

from django.db.models import Max

from pricing.values import dataclass
from runs import sql
from runs.grouping.turns import (
    BEFORE,
    Beside,
    Current,
    Known,
    Scope,
)
from runs.models import CapturedRequest, Turn, TurnAlias
from runs.record import Outcome, Purpose

MAX_CALLS = 1000
"""Of a turn: the newest tell whether it still goes on."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A stored request's turn, and the scope that it counts in."""

    turn: int
    scope: Scope
    is_side: bool = False


def load_known(keys: Collection[int]) -> Iterator[tuple[int, Known]]:
    """The turns that are known by these keys."""
    if not keys:
        return
    turns, aliases = Turn._meta.db_table, TurnAlias._meta.db_table
    query = f"SELECT digest, id FROM {turns} WHERE digest IN ({{}}) ORDER BY id"
    for key, turn in sql.select(query, keys):
        yield key, Known(turn)
    query = f"SELECT id, turn_id, is_side FROM {aliases} WHERE id IN ({{}})"
    for key, turn, is_side in sql.select(query, keys):
        yield key, Known(turn, bool(is_side))


def load_placed(request: int) -> Placed | None:
    """Where a request that memory has lost was placed."""
    rows = CapturedRequest.objects.filter(pk=request, turn__isnull=False)
    found = rows.values_list("turn", "run", "conversation", "purpose").first()
    if found is None:
        return None
    turn, run, conversation, purpose = found
    is_side = purpose in (Purpose.SUB_AGENT, Purpose.SIDE)
    return Placed(turn, (run or 0, conversation or 0), is_side)


def newest(scopes: Collection[Scope]) -> dict[Scope, int]:
    """The newest turn of each scope, as another host's recorder may have left it."""
    conversations = {conversation for _, conversation in scopes}
    rows = Turn.objects.filter(conversation__in=conversations).order_by()
    told = rows.values_list("run", "conversation").annotate(Max("pk"))
    return {(run or 0, conversation): pk for run, conversation, pk in told}


def load_current(scope: Scope) -> Current | None:
    """The newest turn of a scope, as far as its requests tell."""
    run, conversation = scope
    rows = Turn.objects.filter(run=run or None, conversation=conversation)
    turn = rows.order_by("-pk").first()
    if turn is None:
        return None
    now = Current(
        turn=turn.pk,
        number=turn.number,
        key=turn.digest,
        text=turn.preview.strip().strip('"').strip(),
        has_tools=turn.has_tools,
        ended_at=turn.started_at,
    )
    _read_calls(now)
    return now


def _read_calls(now: Current) -> None:
    calls = CapturedRequest.objects.filter(turn=now.turn).order_by("-pk")
    columns = ("pk", "outcome", "started_at", "duration_ms", "has_tool_calls")
    more = ("is_success", "purpose", "preview")
    rows = calls.values_list(*columns, *more)[:MAX_CALLS]
    now.is_side = bool(rows) and all(row[6] not in (None, Purpose.MAIN) for row in rows)
    for pk, outcome, started_at, took, called, success, purpose, preview in rows:
        if purpose in (*BEFORE, Purpose.SIDE):
            words = preview.strip().strip('"').strip()
            now.beside.append(Beside(pk, started_at, words))
        if purpose in (*BEFORE, Purpose.SIDE, Purpose.SUB_AGENT):
            continue
        now.began_at = min(now.began_at or started_at, started_at)
        if outcome == Outcome.PENDING:
            now.in_flight.add(pk)
            continue
        now.is_answered = now.is_answered or bool(success)
        end = started_at + timedelta(milliseconds=took or 0)
        if end >= now.ended_at:
            now.ended_at, now.waits = end, called

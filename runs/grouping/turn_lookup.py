"""What the database knows of turns, for `turn_writer.py` after a restart."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta

from runs import sql
from runs.grouping.turns import Current, Known, Scope
from runs.models import CapturedRequest, Turn, TurnAlias
from runs.record import Outcome

MAX_CALLS = 1000
"""Of a turn: the newest tell whether it still goes on."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A stored request's turn, and the scope that it counts in."""

    turn: int
    scope: Scope


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
    found = rows.values_list("turn", "run", "conversation").first()
    if found is None:
        return None
    turn, run, conversation = found
    return Placed(turn, (run or 0, conversation or 0))


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
    for pk, outcome, started_at, duration_ms, called in calls.values_list(*columns)[
        :MAX_CALLS
    ]:
        if outcome == Outcome.PENDING:
            now.in_flight.add(pk)
            continue
        end = started_at + timedelta(milliseconds=duration_ms or 0)
        if end >= now.ended_at:
            now.ended_at, now.waits = end, called

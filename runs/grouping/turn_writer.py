"""Finds and stores the turns of a batch; `runs/store/batch.py` asks once per batch.

Memory first, then the database, as with conversations: a restart changes nothing.
The rules are in `runs/grouping/turns.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.db import connection

from pricing.values import dataclass
from runs import sql
from runs.cleaning import text
from runs.grouping.links import Recent
from runs.grouping.turn_lookup import (
    Placed,
    load_current,
    load_known,
    load_placed,
    newest,
)
from runs.grouping.turns import (
    Beside,
    Call,
    Current,
    Known,
    Scope,
    Step,
    begun_by,
    decide,
    earlier_digests,
    key_of,
    purpose_of,
    spoken,
)
from runs.models import CapturedRequest, Turn, TurnAlias
from runs.record import Purpose

COLUMNS = (
    *("id", "run_id", "conversation_id", "number", "digest", "has_tools"),
    *("started_at", "preview"),
)
ALIAS_COLUMNS = ("id", "turn_id", "is_side")


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a request belongs within its conversation, and what it is for."""

    turn: int | None
    purpose: str
    rule: str


class Turns:
    """The recorder's memory of turns."""

    def __init__(self) -> None:
        self._known: Recent[int, Known] = Recent()
        self._current: Recent[Scope, Current] = Recent()
        self._placed: Recent[int, Placed] = Recent()

    def forget(self) -> None:
        """After a rollback: what was remembered may not be there."""
        self._known.clear()
        self._current.clear()
        self._placed.clear()

    def place(self, calls: Sequence[Call]) -> dict[int, Seat]:
        """Request → turn, with the turns' own rows written."""
        if not calls:
            return {}
        placing = _Placing(self._known, self._current, self._placed)
        return placing.place(sorted(calls, key=lambda call: call.record.started_at))


class _Placing:
    """One batch's turns and the rows that they cost."""

    def __init__(
        self,
        known: Recent[int, Known],
        current: Recent[Scope, Current],
        placed: Recent[int, Placed],
    ) -> None:
        self._known, self._current, self._placed = known, current, placed
        self._turns: dict[int, list[Any]] = {}
        """New ones, by id, as rows of COLUMNS."""
        self._changed: dict[int, dict[str, Any]] = {}
        self._aliases: dict[int, tuple[int, int, bool]] = {}
        self._found: dict[int, Seat] = {}
        self._moved: dict[int, int] = {}
        self._sides: list[int] = []
        self._pks: Iterator[int] = iter(())
        self._adapt = sql.Adapter()

    def place(self, calls: Sequence[Call]) -> dict[int, Seat]:
        self._pks = iter(sql.reserve(Turn, len(calls)))
        self._load(calls)
        for call in calls:
            self._place(call)
        self._write()
        return self._found

    # --- what is known ----------------------------------------------------------------

    def _load(self, calls: Sequence[Call]) -> None:
        """Looks up what the calls may go on with, in two queries and one a scope."""
        old = [call for call in calls if not call.is_opening]
        asked = {key for call in old for key in self._unknown(call)}
        for key, known in load_known(asked):
            self._known[key] = known
        scopes = list(dict.fromkeys(call.scope for call in old))
        # Only a database that several hosts share may know more than memory does.
        there = newest(scopes) if connection.vendor == "postgresql" else {}
        for scope in scopes:
            now = self._current.get(scope)
            is_stale = now is not None and there.get(scope, now.turn) != now.turn
            if (now is None or is_stale) and (found := load_current(scope)):
                self._current[scope] = found

    def _unknown(self, call: Call) -> Iterator[int]:
        if self._known.get(call.key):
            return
        yield call.key
        for digest in earlier_digests(call.record):
            key = key_of(call.scope, digest)
            if self._known.get(key):
                return
            yield key

    def _thread(self, call: Call) -> Known | None:
        """The turn that answered the messages before this call's user message."""
        if call.record.previous_response_id and (turn := self._before(call)):
            return Known(turn)
        keys = (key_of(call.scope, each) for each in earlier_digests(call.record))
        return next((found for key in keys if (found := self._known.get(key))), None)

    def _before(self, call: Call) -> int | None:
        """The turn of the request that this one goes on from, in the same scope."""
        if call.previous is None:
            return None
        placed = self._placed.get(call.previous) or load_placed(call.previous)
        return placed.turn if placed and placed.scope == call.scope else None

    # --- one call ---------------------------------------------------------------------

    def _place(self, call: Call) -> None:
        now = self._current.get(call.scope)
        again = self._placed.get(call.request)
        if again and again.scope == call.scope:  # it had begun, now it ended
            turn, is_side = again.turn, again.is_side
            if now and call.request in now.in_flight:
                now.note(call.request, call.record)
        else:
            turn, is_side = self._find(call, now)
        self._seat(call, turn, is_side)

    def _seat(self, call: Call, turn: int, is_side: bool) -> None:
        purpose, rule = purpose_of(call.record, is_side)
        self._found[call.request] = Seat(turn, purpose, rule)
        self._placed[call.request] = Placed(turn, call.scope, is_side)

    def _find(self, call: Call, now: Current | None) -> tuple[int, bool]:
        """The call's turn, and whether it runs beside the turn's lead thread."""
        known = self._known.get(call.key)
        is_answer = not call.record.turn and not call.record.is_resumed
        if not known and is_answer and (before := self._before(call)):
            known = Known(before)  # a tool's results alone
        if now is None:
            return (known.turn if known else self._begin(call, None)), False
        thread = None if known else self._thread(call)
        step = decide(call, known, thread, now)
        if step is Step.BEGIN:
            return self._begin(call, now), False
        if step is Step.LEAD:
            self._lead(call, now)
            return now.turn, False
        if known:
            if known.turn == now.turn and not known.is_side:
                now.note(call.request, call.record)
            return known.turn, known.is_side
        self._put_beside(call, thread, now)
        return now.turn, True

    def _put_beside(self, call: Call, thread: Known | None, now: Current) -> None:
        record = call.record
        if not record.turn:
            return
        self._alias(call.key, now.turn, is_side=True)
        if thread is None:
            at, words = record.started_at, spoken(record)
            now.beside.append(Beside(call.request, at, words))

    def _begin(self, call: Call, before: Current | None) -> int:
        record, pk = call.record, next(self._pks)
        number = before.number + 1 if before else 1
        has_tools = record.tools_offered > 0
        self._turns[pk] = [
            *(pk, call.run, call.conversation, number, call.key, has_tools),
            *(self._adapt.time(record.started_at), text(record.preview, 160)),
        ]
        if self._known.get(call.key):  # said again: from now on it means this turn
            self._alias(call.key, pk, is_side=False)
        self._known[call.key] = Known(pk)
        self._current[call.scope] = begun_by(call, pk, number)
        for request in before.leaves_to(record) if before else ():
            self._move(request, pk, call.scope)
        return pk

    def _lead(self, call: Call, now: Current) -> None:
        """The current turn has been opened by a side call, or its history rewritten."""
        record = call.record
        was_side = now.is_side or (not now.has_tools and record.tools_offered > 0)
        if call.key != now.key:
            self._alias(now.key, now.turn, is_side=was_side)
        self._known[call.key] = Known(now.turn)
        led = begun_by(call, now.turn, now.number)
        led.in_flight |= set() if was_side else now.in_flight
        led.is_answered |= now.is_answered and not was_side
        led.beside = now.beside
        changes: dict[str, Any] = {"digest": call.key, "has_tools": led.has_tools}
        if record.is_resumed:
            led.text = now.text  # nobody said the summary
        else:
            changes["preview"] = text(record.preview, 160)
        if was_side:
            self._call_side(now)
        self._current[call.scope] = led
        self._change(now.turn, **changes)

    def _call_side(self, now: Current) -> None:
        """What has led so far was a router's or a title generator's call."""
        for request in now.led:
            if (seat := self._found.get(request)) and seat.purpose == Purpose.MAIN:
                self._found[request] = replace(seat, purpose=Purpose.SIDE)
            elif seat is None:
                self._sides.append(request)

    def _alias(self, key: int, turn: int, *, is_side: bool) -> None:
        self._known[key] = Known(turn, is_side)
        self._aliases[key] = (key, turn, is_side)

    def _move(self, request: int, turn: int, scope: Scope) -> None:
        self._placed[request] = Placed(turn, scope, is_side=True)
        if seat := self._found.get(request):
            self._found[request] = replace(seat, turn=turn)
        else:
            self._moved[request] = turn

    def _change(self, turn: int, **values: Any) -> None:
        if turn in self._turns:
            row = self._turns[turn]
            for name, value in values.items():
                row[COLUMNS.index(name)] = value
        else:
            self._changed.setdefault(turn, {}).update(values)

    # --- rows -------------------------------------------------------------------------

    def _write(self) -> None:
        sql.insert(Turn, COLUMNS, list(self._turns.values()))
        for turn, values in self._changed.items():
            Turn.objects.filter(pk=turn).update(**values)
        sql.upsert(TurnAlias, ALIAS_COLUMNS, list(self._aliases.values()))
        sql.update(CapturedRequest, ("id", "turn_id"), list(self._moved.items()))
        sides = CapturedRequest.objects.filter(pk__in=self._sides, purpose=Purpose.MAIN)
        if self._sides:
            sides.update(purpose=Purpose.SIDE)

"""Which turn a request belongs to: the rules, without a database.

A turn is what one message of the user set off: the calls of a run and conversation
that answer it, tool loops, title generators and sub-agents included. A thread is a
history that goes on; a turn's *lead* thread is the agent's own, the others run beside
it. `runs/grouping/turn_writer.py` finds what is known and stores what is decided. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from hashlib import blake2b

from runs.record import ExchangeRecord, Outcome

Scope = tuple[int, int]
"""Run (0: none) and conversation; turns are counted within."""

ADOPT = timedelta(seconds=10)
"""A call without tools that ended so shortly before an agent's first call of a turn
belongs to it: titles and topics are asked for first."""
PATIENCE = timedelta(minutes=30)
"""For so long a turn whose tools were called waits for their results."""


@dataclass(frozen=True, slots=True)
class Known:
    """A turn that has answered a history."""

    turn: int
    is_side: bool = False
    """The history is not the lead thread's."""


@dataclass(slots=True)
class Current:
    """The newest turn of a scope."""

    turn: int
    number: int
    key: int
    """Of the lead thread."""
    text: str
    has_tools: bool
    """The lead thread offers tools: an agent, not a question."""
    ended_at: datetime
    """When the last finished call of the lead thread ended."""
    waits: bool = False
    """That call's answer called tools."""
    in_flight: set[int] = field(default_factory=set)
    """Requests of the lead thread that are going on."""
    beside: list[tuple[int, datetime]] = field(default_factory=list)
    """Requests that belong to no known thread, and their start."""

    def note(self, request: int, record: ExchangeRecord) -> None:
        """A call of the lead thread began or ended."""
        if record.outcome is Outcome.PENDING:
            self.in_flight.add(request)
            return
        self.in_flight.discard(request)
        if (end := end_of(record)) >= self.ended_at:
            self.ended_at, self.waits = end, bool(record.tool_calls)

    def covers(self, record: ExchangeRecord) -> bool:
        """A call that starts now runs beside the lead thread."""
        at = record.started_at
        waiting = self.waits and at < self.ended_at + PATIENCE
        return waiting or bool(self.in_flight) or at < self.ended_at


class Step(Enum):
    """What a request does to the turns of its scope."""

    JOIN = "it is one more call of a known thread"
    LEAD = "its thread is the current turn's lead thread from now on"
    BESIDE = "its thread runs beside the current turn's"
    BEGIN = "a new turn"


def decide(
    record: ExchangeRecord, known: Known | None, thread: Known | None, now: Current
) -> Step:
    """What `record` does, given what answered its user message (`known`) and the
    messages before it (`thread`), while `now` is the newest turn."""
    if known:
        return Step.JOIN
    if not record.turn:
        return Step.BESIDE
    if thread:
        return Step.BESIDE if thread.is_side else Step.BEGIN
    return _of_stranger(record, now)


def _of_stranger(record: ExchangeRecord, now: Current) -> Step:
    """A history that goes on from nothing: a side call, or an agent that rewrote its
    history, or a client that keeps none."""
    has_tools = record.tools_offered > 0
    if now.has_tools and not has_tools:
        return Step.BESIDE
    if spoken(record) == now.text:
        return Step.LEAD
    if has_tools and not now.has_tools:
        near = record.started_at < now.ended_at + ADOPT or now.covers(record)
        return Step.LEAD if near else Step.BEGIN
    return Step.BESIDE if now.covers(record) else Step.BEGIN


def key_of(scope: Scope, digest: bytes, goes_on_from: str = "") -> int:
    """The name of a user message and what stands before it, within a scope.

    A client that names the response it goes on from sends only what is new.
    """
    run, conversation = scope
    said = f"{run}:{conversation}:{goes_on_from}:".encode(errors="replace")
    made = blake2b(said + digest, digest_size=8, person=b"turn").digest()
    return int.from_bytes(made, "big", signed=True)


def own_digest(record: ExchangeRecord) -> bytes:
    """What the turn of a record is known by."""
    return record.turn or (record.history[-1] if record.history else b"")


def earlier_digests(record: ExchangeRecord) -> list[bytes]:
    """What stands before the user message, the longest part first."""
    history = record.history
    end = history.index(record.turn) if record.turn in history else len(history)
    return list(reversed(history[:end]))


def end_of(record: ExchangeRecord) -> datetime:
    return record.started_at + timedelta(milliseconds=record.duration_ms or 0)


def spoken(record: ExchangeRecord) -> str:
    """The user's words as titles and agents both quote them."""
    return record.preview.strip().strip('"').strip()


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose turn is asked for."""

    request: int
    record: ExchangeRecord
    run: int | None
    conversation: int
    is_opening: bool
    """The conversation begins with it: there is nothing to look up."""
    previous: int | None
    """The request that it goes on from."""

    @property
    def scope(self) -> Scope:
        return (self.run or 0, self.conversation)

    @property
    def key(self) -> int:
        goes_on = self.record.previous_response_id if self.record.turn else ""
        return key_of(self.scope, own_digest(self.record), goes_on)


def begun_by(call: Call, turn: int, number: int) -> Current:
    """The current turn, now that this call leads it."""
    record = call.record
    now = Current(
        turn=turn,
        number=number,
        key=call.key,
        text=spoken(record),
        has_tools=record.tools_offered > 0,
        ended_at=end_of(record),
        waits=bool(record.tool_calls),
    )
    if record.outcome is Outcome.PENDING:
        now.in_flight.add(call.request)
    return now

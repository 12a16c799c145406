"""Which turn a request belongs to: the rules, without a database.

A turn is what one message of the user set off: the calls of a run and conversation
that answer it, tool loops, title generators and sub-agents included. A thread is a
history that goes on; a turn's *lead* thread is the agent's own, the others run beside
it. `runs/grouping/turn_writer.py` finds what is known and stores what is decided. Pure.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache
from hashlib import blake2b

from pricing.values import dataclass
from runs.record import ExchangeRecord, Outcome, Purpose

Scope = tuple[int, int]
"""Run (0: none) and conversation; turns are counted within."""

ADOPT = timedelta(seconds=10)
"""A call without tools that ended so shortly before an agent's first call of a turn
belongs to it: titles and topics are asked for first."""
PATIENCE = timedelta(minutes=30)
"""For so long a turn whose tools were called waits for their results."""
_PENDING = Outcome.PENDING  # an enum looks its members up each time, for 0.1 µs
_MAIN = Purpose.MAIN
BEFORE = frozenset({Purpose.TITLE, Purpose.TOPIC})
"""Asked before the call that they are about, with the user's own words."""


@dataclass(frozen=True, slots=True)
class Known:
    """A turn that has answered a history."""

    turn: int
    is_side: bool = False
    """The history is not the lead thread's."""


@dataclass(slots=True)
class Beside:
    """A call that belongs to no known thread of the turn that it was put in."""

    request: int
    started_at: datetime
    words: str
    """Of the next message, if the turn was over when it began: a title, a topic."""


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
    began_at: datetime | None = None
    """When the first call of the lead thread began."""
    is_answered: bool = False
    """A call of the lead thread has succeeded."""
    is_side: bool = False
    """So far only a harness's own question has been asked."""
    in_flight: set[int] = field(default_factory=set)
    """Requests of the lead thread that are going on."""
    led: list[int] = field(default_factory=list)
    """Requests of the lead thread, as long as it offers no tools."""
    beside: list[Beside] = field(default_factory=list)

    def note(self, request: int, record: ExchangeRecord) -> None:
        """A call of the lead thread began or ended."""
        if not self.has_tools and request not in self.led:
            self.led.append(request)
        at = record.started_at
        self.began_at = min(self.began_at or at, at)
        if record.outcome is _PENDING:
            self.in_flight.add(request)
            return
        self.in_flight.discard(request)
        self.is_answered = self.is_answered or record.is_success is True
        if (end := end_of(record)) >= self.ended_at:
            self.ended_at, self.waits = end, bool(record.tool_calls)

    def covers(self, at: datetime) -> bool:
        """A call that starts then runs beside the lead thread."""
        waiting = self.waits and at < self.ended_at + PATIENCE
        return waiting or bool(self.in_flight) or at < self.ended_at

    def leaves_to(self, record: ExchangeRecord) -> list[int]:
        """Calls recorded with this turn that belong to the one that `record` begins."""
        at, words = record.started_at, spoken(record)
        return [
            each.request
            for each in self.beside
            # Recorded before the call that it ran beside, or asked for just before it.
            if each.started_at >= at
            or (
                bool(words)
                and words in each.words
                and each.started_at + ADOPT >= at
                and not self.covers(each.started_at)
            )
        ]


class Step(Enum):
    """What a request does to the turns of its scope."""

    JOIN = "it is one more call of a known thread"
    LEAD = "its thread is the current turn's lead thread from now on"
    BESIDE = "its thread runs beside the current turn's"
    BEGIN = "a new turn"


def decide(call: Call, known: Known | None, thread: Known | None, now: Current) -> Step:
    """What `call` does, given what answered its user message (`known`) and the
    messages before it (`thread`), while `now` is the newest turn."""
    record = call.record
    if known and call.key == now.key and _outranks(record, now):
        return Step.LEAD
    if known:
        return Step.BEGIN if _says_it_again(call, known, now) else Step.JOIN
    if record.is_resumed and not record.purpose:
        return Step.LEAD  # compacted on the way: still the same message
    if not record.turn:
        return Step.BESIDE
    if thread and not record.purpose:
        return Step.BESIDE if thread.is_side else Step.BEGIN
    return _of_stranger(record, now)


def _outranks(record: ExchangeRecord, now: Current) -> bool:
    """An agent's call with the words that a router was asked with."""
    return record.tools_offered > 0 and not now.has_tools and not record.answers


def _says_it_again(call: Call, known: Known, now: Current) -> bool:
    """The same first words, answered already or just being asked: said anew, or asked
    of another model. What failed is sent again, what stands deeper is regenerated."""
    record = call.record
    is_lead = known.turn == now.turn and not known.is_side and call.key == now.key
    is_bare = bool(record.turn) and record.history[-1:] == (record.turn,)
    if not is_lead or not is_bare or record.answers or record.purpose:
        return False
    if record.previous_response_id or bool(record.tools_offered) != now.has_tools:
        return False
    if now.began_at and record.started_at < now.began_at:
        return False  # the first of them, recorded late
    return now.is_answered or bool(now.in_flight - {call.request})


def _of_stranger(record: ExchangeRecord, now: Current) -> Step:
    """A history that goes on from nothing: a side call, or an agent that rewrote its
    history, or a client that keeps none."""
    if record.purpose:
        return Step.BESIDE
    has_tools = record.tools_offered > 0
    if now.has_tools and not has_tools:
        return Step.BESIDE
    if spoken(record) == now.text:
        return Step.LEAD
    if (has_tools and not now.has_tools) or now.is_side:
        at = record.started_at
        return Step.LEAD if at < now.ended_at + ADOPT or now.covers(at) else Step.BEGIN
    return Step.BESIDE if now.covers(record.started_at) else Step.BEGIN


def purpose_of(record: ExchangeRecord, is_side: bool) -> tuple[str, str]:
    """What a call is for, and the rule that told it."""
    if record.purpose:
        return record.purpose, record.purpose_rule
    if is_side:
        kind = Purpose.SUB_AGENT if record.tools_offered else Purpose.SIDE
        return kind, "thread"
    return _MAIN, "thread"


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
    return _end(record.started_at, record.duration_ms or 0)


@lru_cache(maxsize=2048)
def _end(started_at: datetime, took_ms: float) -> datetime:
    """Asked for by a link and by a turn; a timedelta of a fraction takes 1 µs."""
    return started_at + timedelta(milliseconds=took_ms)


def spoken(record: ExchangeRecord) -> str:
    """The user's words as titles and agents both quote them."""
    return record.preview.strip().strip('"').strip()


@dataclass(slots=True)
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
    scope: Scope = field(init=False)
    key: int = field(init=False)

    def __post_init__(self) -> None:
        self.scope = (self.run or 0, self.conversation)
        self.key = self._key()

    def _key(self) -> int:
        record = self.record
        goes_on = record.previous_response_id if record.turn else ""
        if record.purpose and not record.answers:
            goes_on += f"/{record.purpose}"  # with the words of the call it is about
        return key_of(self.scope, own_digest(record), goes_on)


def begun_by(call: Call, turn: int, number: int) -> Current:
    """The current turn, now that this call leads it."""
    record = call.record
    now = Current(
        turn=turn,
        number=number,
        key=call.key,
        text=spoken(record),
        has_tools=record.tools_offered > 0,
        ended_at=record.started_at,
        is_side=bool(record.purpose),
    )
    now.note(call.request, record)
    return now

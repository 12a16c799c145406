"""The calls of a conversation in the order in which they began, and what each is.

The agent's own calls are its main thread; a sub-agent's calls are one group, told by
its id or by the task that it was given; titles, compactions and the like stand beside.
Rows alone are read here, `STRETCH` at a time, and no body: a page costs the same
however long the conversation is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from observe.formats import usd_told
from observe.pages.conversation.brushed import Brushed
from observe.pages.rows import Row
from pricing.usage import summed
from runs.models import CapturedRequest, Conversation
from runs.record import Purpose

STRETCH, AROUND = 200, 20
"""Calls that are read together, and those looked at before and behind them."""
SHRANK_TO = 0.7
"""A prompt that is so much shorter than the one before it lost something."""
LEAST_TOKENS = 400
"""Smaller prompts come and go without meaning."""
MISSED = 0.5
"""Less than so much of the prompt before was read from the cache: it was broken."""


@dataclass(frozen=True, slots=True)
class Shrinking:
    """The context became smaller between two calls of the main thread."""

    before: int
    after: int
    is_compaction: bool
    """The harness asked for a summary in between; else messages were dropped."""

    @property
    def told(self) -> str:
        return "Compacted" if self.is_compaction else "Context shrank"


@dataclass(frozen=True)
class Call:
    """One request of the conversation."""

    request: CapturedRequest
    number: int
    """1, 2, 3 … in the order in which they began."""
    kind: str
    """`main`, `agent` or `side`."""
    shrinking: Shrinking | None = None
    missed_tokens: int = 0
    """Of the prompt before, so many were not read from the cache this time."""

    @property
    def row(self) -> Row:
        return Row(self.request)

    @property
    def input_tokens(self) -> int | None:
        return self.request.usage.total_input

    @property
    def start(self) -> datetime:
        return self.request.started_at

    @property
    def end(self) -> datetime:
        return self.start + timedelta(milliseconds=self.request.duration_ms or 0)


@dataclass(frozen=True)
class CallGroup:
    """What stands as one thing in the transcript: a call, or a whole sub-agent."""

    calls: list[Call] = field(default_factory=list)

    @property
    def first(self) -> Call:
        return self.calls[0]

    @property
    def last(self) -> Call:
        return self.calls[-1]

    @property
    def is_agent(self) -> bool:
        return self.first.kind == "agent"

    @property
    def cost_usd(self) -> Decimal | None:
        """None while a call of it has no known cost."""
        return None if self.unpriced else self.known_usd

    @property
    def unpriced(self) -> int:
        """Calls that were billed, and whose cost is not known."""
        return sum(call.request.is_unpriced for call in self.calls)

    @property
    def known_usd(self) -> Decimal:
        costs = (call.request.cost_usd for call in self.calls)
        return sum((cost for cost in costs if cost is not None), Decimal(0))

    @property
    def cost_told(self) -> str:
        if not self.unpriced:
            return usd_told(self.cost_usd)
        told = usd_told(self.known_usd)
        known = f"; the others cost {told}" if self.known_usd else ""
        return f"Cost unknown: {self.unpriced} without a usage or a price{known}"

    @property
    def total_tokens(self) -> int | None:
        return summed(call.request.total_tokens for call in self.calls)

    @property
    def took_ms(self) -> float:
        end = max(call.end for call in self.calls)
        return (end - self.first.start).total_seconds() * 1000

    @property
    def errors(self) -> int:
        return sum(call.request.is_success is False for call in self.calls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Calls that follow each other, and some of those around them."""

    calls: list[Call]
    before: list[Call]
    after: list[Call]
    total: int
    """Of the whole conversation."""


def read_stretch(conversation: Conversation, at: int, within: Brushed) -> Stretch:
    """The one that has the call of this number, or the nearest."""
    near = min(max(at, within.first), within.last) - within.first
    start = within.first - 1 + near // STRETCH * STRETCH
    return read_calls(conversation, start, min(STRETCH, within.last - start))


def read_calls(conversation: Conversation, start: int, size: int) -> Stretch:
    """So many of them behind the first `start`."""
    first = max(start - AROUND, 0)
    found = CapturedRequest.objects.filter(conversation=conversation).order_by("pk")
    rows = found[first : start + size + AROUND]
    ordered = sorted(rows, key=lambda row: (row.started_at, row.pk))
    calls = list(told_apart(ordered, first + 1))
    own = start - first
    return Stretch(
        before=calls[:own],
        calls=calls[own : own + size],
        after=calls[own + size :],
        total=conversation.request_count,
    )


def told_apart(rows: Sequence[CapturedRequest], first: int = 1) -> Iterator[Call]:
    before: CapturedRequest | None = None
    was_compacted = False
    for number, row in enumerate(rows, first):
        kind = _kind(row)
        if kind != "main":
            was_compacted = was_compacted or row.purpose == Purpose.COMPACTION
            yield Call(row, number, kind)
            continue
        shrinking = _shrinking(before, row, was_compacted)
        missed = 0 if shrinking or before is None else _missed(before, row)
        yield Call(row, number, kind, shrinking, missed)
        if row.usage.total_input is not None:
            before, was_compacted = row, False


def grouped(calls: Sequence[Call]) -> list[CallGroup]:
    """A group where its first call stands; a sub-agent's calls are one."""
    groups: list[CallGroup] = []
    agents: dict[str, CallGroup] = {}
    for call in calls:
        if call.kind != "agent":
            groups.append(CallGroup([call]))
            continue
        name = _agent_name(call.request)
        known = agents.get(name)
        if known is None:
            known = agents[name] = CallGroup()
            groups.append(known)
        known.calls.append(call)
    return groups


def _agent_name(row: CapturedRequest) -> str:
    """Its id; of one that is named by its kind alone, its task: that is what its calls
    have in common, and parallel ones have different ones."""
    named = row.agent or ""
    is_id = any(letter.isdigit() for letter in named)
    return named if is_id else f"{named} {row.preview}"


def _kind(row: CapturedRequest) -> str:
    purpose = row.purpose or Purpose.MAIN
    if purpose == Purpose.SUB_AGENT:
        return "agent"
    return "main" if purpose == Purpose.MAIN else "side"


def _shrinking(
    before: CapturedRequest | None, row: CapturedRequest, was_compacted: bool
) -> Shrinking | None:
    size = before.usage.total_input if before else None
    now = row.usage.total_input
    if size is None or now is None or size < LEAST_TOKENS:
        return None
    if now >= SHRANK_TO * size:
        return None
    return Shrinking(size, now, was_compacted)


def _missed(before: CapturedRequest, row: CapturedRequest) -> int:
    """The prompt before is the beginning of this one, so a cache would have it."""
    expected, read = before.usage.total_input, row.cache_read_tokens
    if not expected or read is None or expected < LEAST_TOKENS:
        return 0
    if before.cache_read_tokens is None or read >= MISSED * expected:
        return 0
    return expected - read

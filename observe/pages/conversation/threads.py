"""Which call of a conversation goes on from which, and what each has started.

A history that is edited goes on from an earlier call than the newest, and one that is
sent again has another answer; what they leave behind is a branch. Told by what each
body is stored against, which is the call that it repeats, and by `twins.py`; who
started a sub-agent by the header in which a harness says so, and by when. Called by
`tree.py` and `api.py` beside this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from observe.pages.conversation.calls import Call, CallGroup, grouped
from observe.pages.conversation.twins import sent, twins
from proxy.wire.purposes import parent_agent_of
from runs.models import CapturedRequest
from runs.record import Purpose

SLACK = timedelta(milliseconds=250)
"""Clocks are read in several places: a sub-agent may seem to begin before the answer
that asked for it has ended."""
Told = Literal["", "header", "time", "edited", "again"]


@dataclass
class Thread:
    """Calls of which each goes on from the one before."""

    kind: str
    """`main`, `branch` or `agent`."""
    calls: list[Call] = field(default_factory=list)
    told: Told = ""
    """Of a sub-agent: `header`, where its harness names what started it; `time`. Of a
    branch: `edited`, or `again` where the same history has another answer."""
    starter: Call | None = None
    """Of a branch: the last call that it has in common with what went on."""


@dataclass(frozen=True, slots=True)
class GoesOn:
    """Where a call stands that doesn't go on from the one before it."""

    kind: Literal["edited", "again", "taken"]
    """`edited`: from `number`, with another history than the one that went on there;
    `again`: it sent the same as `number`; `taken`: from the answer of `number`, though
    others came later."""
    number: int


@dataclass
class Threads:
    """The main thread, and by call what began there."""

    main: Thread
    under: dict[int, list[Thread | Call]] = field(default_factory=dict)
    """By a request's key: branches, sub-agents, and calls beside the work; under 0 what
    began before any call that is looked at."""
    origins: dict[int, GoesOn] = field(default_factory=dict)
    """By a request's key."""
    at: dict[int, Thread] = field(default_factory=dict)
    """By a request's key: where a call of the agent's own is."""

    def holds(self, thread: Thread, calls: Sequence[Call]) -> None:
        """These are its calls now."""
        thread.calls = [*calls]
        self.at |= {call.request.pk: thread for call in calls}


def threads(calls: Sequence[Call]) -> Threads:
    found = Threads(Thread("main"))
    _place_own(found, calls)
    _place_agents(found, [group for group in grouped(calls) if group.is_agent], calls)
    own = [call for call in calls if call.kind == "main"]
    for call in calls:
        if call.kind == "side":
            _put(found, _begun_before(own, call.start), call)
    for below in found.under.values():
        below.sort(key=_number)
    return found


def origins(calls: Sequence[Call]) -> dict[int, GoesOn]:
    """For the transcript, which shows no threads."""
    found = Threads(Thread("main"))
    _place_own(found, calls)
    return found.origins


def straight(calls: Sequence[Call], told: Mapping[int, GoesOn]) -> list[Call]:
    """A branch begins with less than stood before it, and its context didn't shrink."""
    return [
        replace(call, shrinking=None, missed_tokens=0)
        if call.request.pk in told
        else call
        for call in calls
    ]


def _number(below: Thread | Call) -> int:
    return below.calls[0].number if isinstance(below, Thread) else below.number


def _put(found: Threads, starter: Call | None, what: Thread | Call) -> None:
    key = starter.request.pk if starter else 0
    found.under.setdefault(key, []).append(what)


def _place_own(found: Threads, calls: Sequence[Call]) -> None:
    own = [call for call in calls if call.kind == "main"]
    there = sent(own)
    again = twins(own, there)
    # Of two that began at once the later may be stored first: no call goes on from one
    # that has no place yet.
    placed: dict[int, Call] = {}
    newest: Call | None = None
    is_compacted = False
    for call in calls:
        if call.kind != "main":
            is_compacted |= call.request.purpose == Purpose.COMPACTION
            continue
        key = call.request.pk
        before = placed.get(there[key].parent) if key in there else None
        if before is None or is_compacted or not _may_branch(call, before, newest):
            before = newest if not _are_twins(again, before, newest) else before
        twin = again.get(key)
        thread = _instead(found, call, twin) if twin else _behind(found, call, before)
        if before and not twin and before is not newest:
            found.origins.setdefault(key, GoesOn("taken", before.number))
        found.holds(thread, [*thread.calls, call])
        _lead(found, thread)
        placed[key] = call
        newest, is_compacted = call, False


def _may_branch(call: Call, before: Call, newest: Call | None) -> bool:
    """Other words of the user went on from it. What drops the middle of its history, as
    a window and a summary do, repeats an early call too, but in the same turn or after
    a compaction."""
    is_other = newest is None or newest.request.turn_id != call.request.turn_id
    return is_other and before.start <= call.start


def _are_twins(again: dict[int, Call], one: Call | None, other: Call | None) -> bool:
    """Two answers of one history: what is sent next says which of them it took."""
    if one is None or other is None:
        return False
    return _first(again, one) is _first(again, other)


def _first(again: dict[int, Call], call: Call) -> Call:
    while call.request.pk in again:
        call = again[call.request.pk]
    return call


def _behind(found: Threads, call: Call, before: Call | None) -> Thread:
    """The thread that it goes on; what came after `before` is a branch now."""
    if before is None:
        return found.main
    thread = found.at[before.request.pk]
    if thread.calls[-1] is not before:
        _cut(found, thread, thread.calls.index(before) + 1, "edited")
        found.origins[call.request.pk] = GoesOn("edited", before.number)
    return thread


def _instead(found: Threads, call: Call, twin: Call) -> Thread:
    """The thread of the call that sent the same: its answer, and all that came of it,
    is a branch now."""
    thread = found.at[twin.request.pk]
    _cut(found, thread, thread.calls.index(twin), "again")
    found.origins[call.request.pk] = GoesOn("again", twin.number)
    return thread


def _cut(found: Threads, thread: Thread, place: int, told: Told) -> None:
    starter = thread.calls[place - 1] if place else thread.starter
    left = Thread("branch", told=told, starter=starter)
    found.holds(left, thread.calls[place:])
    del thread.calls[place:]
    _put(found, starter, left)


def _lead(found: Threads, thread: Thread) -> None:
    """Where the newest call is goes on; what had gone on is the branch."""
    while thread is not found.main:
        starter = thread.starter
        parent = found.at[starter.request.pk] if starter else found.main
        place = parent.calls.index(starter) + 1 if starter else 0
        ahead, behind = parent.calls[:place], parent.calls[place:]
        gone_on = thread.calls
        if behind:
            found.holds(thread, behind)
        else:
            found.under[starter.request.pk if starter else 0].remove(thread)
        found.holds(parent, [*ahead, *gone_on])
        thread = parent


def _place_agents(
    found: Threads, agents: Sequence[CallGroup], calls: Sequence[Call]
) -> None:
    parents = _parent_agents(agents)
    by_id = {group.first.request.agent: group for group in agents}
    own = [call for call in calls if call.kind == "main"]
    for group in agents:
        named = parents.get(group.first.request.pk, "")
        parent = by_id.get(named) if named else None
        if parent and parent.first.number >= group.first.number:
            parent = None  # nobody is started by who comes later
        possible = parent.calls if parent else own
        starter = _ended_before(possible, group.first.start)
        told: Told = "header" if parent else "time"
        _put(found, starter, Thread("agent", group.calls, told))


def _parent_agents(agents: Sequence[CallGroup]) -> dict[int, str]:
    keys = [group.first.request.pk for group in agents]
    rows = CapturedRequest.objects.filter(pk__in=keys).select_related("detail")
    return {
        row.pk: parent_agent_of(row.detail.facts.request_headers)
        for row in rows
        if hasattr(row, "detail")
    }


def _ended_before(calls: Sequence[Call], at: datetime) -> Call | None:
    """The call whose answer can have asked for what began then."""
    ended = [call for call in calls if call.end <= at + SLACK]
    return ended[-1] if ended else _begun_before(calls, at)


def _begun_before(calls: Sequence[Call], at: datetime) -> Call | None:
    begun = [call for call in calls if call.start <= at]
    return begun[-1] if begun else None


def walk(found: Threads, thread: Thread) -> Iterator[Call]:
    """Its calls, and all that was started by them."""
    for call in thread.calls:
        yield call
        for other in found.under.get(call.request.pk, ()):
            if isinstance(other, Thread):
                yield from walk(found, other)
            else:
                yield other

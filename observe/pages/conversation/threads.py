"""Which call of a conversation goes on from which, and what each has started.

A history that is edited goes on from an earlier call than the newest; what it leaves
behind is a branch. Told by what each body is stored against, which is the call that it
repeats; who started a sub-agent by the header in which a harness says so, and by when.
Called by `observe/pages/conversation/tree.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from observe.pages.conversation.calls import Call, CallGroup, grouped
from proxy.wire.purposes import parent_agent_of
from runs.models import Body, CapturedRequest
from runs.record import Purpose, Side

SLACK = timedelta(milliseconds=250)
"""Clocks are read in several places: a sub-agent may seem to begin before the answer
that asked for it has ended."""


@dataclass
class Thread:
    """Calls of which each goes on from the one before."""

    kind: str
    """`main`, `branch` or `agent`."""
    calls: list[Call] = field(default_factory=list)
    told: str = ""
    """Of a sub-agent: `header`, where its harness names what started it; `time`."""


@dataclass
class Threads:
    """The main thread, and by call what began there."""

    main: Thread
    under: dict[int, list[Thread | Call]]
    """By a request's key: branches, sub-agents, and calls beside the work; under 0 what
    began before any call that is looked at."""
    edited: dict[int, int] = field(default_factory=dict)
    """By a request's key: the number of the earlier call that it goes on from."""


def threads(calls: Sequence[Call]) -> Threads:
    main = Thread("main")
    found = Threads(main, {})
    _place_own(found, calls)
    _place_agents(found, [group for group in grouped(calls) if group.is_agent], calls)
    own = [call for call in calls if call.kind == "main"]
    for call in calls:
        if call.kind == "side":
            _put(found, _begun_before(own, call.start), call)
    for below in found.under.values():
        below.sort(key=_number)
    return found


def edited(calls: Sequence[Call]) -> dict[int, int]:
    """For the transcript, which shows no threads: where a history was edited."""
    found = Threads(Thread("main"), {})
    _place_own(found, calls)
    return found.edited


def _number(below: Thread | Call) -> int:
    return below.calls[0].number if isinstance(below, Thread) else below.number


def _put(found: Threads, starter: Call | None, what: Thread | Call) -> None:
    key = starter.request.pk if starter else 0
    found.under.setdefault(key, []).append(what)


def _place_own(found: Threads, calls: Sequence[Call]) -> None:
    own = [call for call in calls if call.kind == "main"]
    parents = _parents(own)
    by_key = {call.request.pk: call for call in own}
    at = dict[int, Thread]()
    newest: Call | None = None
    is_compacted = False
    for call in calls:
        if call.kind != "main":
            is_compacted |= call.request.purpose == Purpose.COMPACTION
            continue
        before = by_key.get(parents.get(call.request.pk, 0))
        if before is None or is_compacted or not _may_branch(call, before, newest):
            before = newest
        thread = at[before.request.pk] if before else found.main
        if before and thread.calls[-1] is not before:
            left = _cut_behind(thread, before)
            at |= {each.request.pk: left for each in left.calls}
            _put(found, before, left)
            found.edited[call.request.pk] = before.number
        thread.calls.append(call)
        at[call.request.pk] = thread
        newest, is_compacted = call, False


def _may_branch(call: Call, before: Call, newest: Call | None) -> bool:
    """Other words of the user went on from it. What drops the middle of its history, as
    a window and a summary do, repeats an early call too, but in the same turn or after
    a compaction."""
    is_other = newest is None or newest.request.turn_id != call.request.turn_id
    return is_other and before.start <= call.start


def _cut_behind(thread: Thread, call: Call) -> Thread:
    """What came after it, as a branch of its own."""
    place = thread.calls.index(call) + 1
    left = Thread("branch", thread.calls[place:])
    del thread.calls[place:]
    return left


def _parents(own: Sequence[Call]) -> dict[int, int]:
    """By request: the one that its body is stored against, as the next of its chain.

    The first of a chain is stored against an older one (`runs/bodies/bases.py`), which
    isn't what it goes on from.
    """
    keys = [call.request.pk for call in own]
    rows = Body.objects.filter(
        request__in=keys, side=Side.REQUEST, links__gt=0, base__isnull=False
    )
    return dict(rows.values_list("request", "base__request"))


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
        told = "header" if parent else "time"
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

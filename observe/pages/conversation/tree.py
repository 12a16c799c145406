"""A conversation as a tree: turns, their calls, and what each call has started.

Made into lines, in the order in which they are drawn: one that opens a fold is followed
by what lies in it and by one that shuts it. Called by
`observe/pages/conversation/view.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from observe.pages.conversation.calls import Call, CallGroup
from observe.pages.conversation.threads import Thread, Threads, threads, walk

HOW = {
    "header": "Its harness names the agent that started it",
    "time": "Put under the call that had ended just before it began",
    "edited": "The history was edited there: the work went on without these calls",
    "again": "The same was sent again: the work went on from another answer",
}
FEW = 60
"""So many calls are shown with all turns open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeLine:
    """What `templates/conversation/_tree.html` draws."""

    kind: str
    """`open` and `shut` a fold, `call`, a call with something below it (`caller`) and
    its end (`called`)."""
    call: Call | None = None
    """Of a fold its first."""
    group: CallGroup | None = None
    """Of a fold: all that lies in it."""
    what: str = ""
    """Of a fold: `turn`, `agent`, `branch`."""
    how: str = ""
    """Of a sub-agent: how it is told what started it; of a branch: why it is one."""
    is_other_answer: bool = False
    """Of a branch: it answers what was sent again."""
    from_call: int = 0
    """Of a branch: the number of the call that it goes on from."""
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    lines: list[TreeLine]


def tree(calls: Sequence[Call]) -> Tree:
    found = threads(calls)
    lines = [*_below(found, 0, 0), *_turns(found, found.main, len(calls) <= FEW)]
    return Tree(lines)


def _turns(found: Threads, thread: Thread, is_open: bool) -> Iterator[TreeLine]:
    parts = [
        list(part) for _, part in groupby(thread.calls, lambda c: c.request.turn_id)
    ]
    if len(parts) == 1 and thread.kind == "branch":  # its own fold says it
        yield from _calls(found, parts[0])
        return
    for number, part in enumerate(parts, 1):
        held = CallGroup([*walk(found, Thread("turn", part))])
        yield TreeLine(
            kind="open",
            what="turn",
            call=part[0],
            group=held,
            is_open=is_open or number == len(parts),
        )
        yield from _calls(found, part)
        yield TreeLine(kind="shut")


def _calls(found: Threads, calls: Sequence[Call]) -> Iterator[TreeLine]:
    for call in calls:
        below = list(_below(found, call.request.pk, call.number))
        yield TreeLine(kind="caller" if below else "call", call=call)
        if below:
            yield from below
            yield TreeLine(kind="called")


def _below(found: Threads, key: int, number: int) -> Iterator[TreeLine]:
    for each in found.under.get(key, ()):
        if isinstance(each, Call):
            yield TreeLine(kind="call", call=each)
            continue
        yield TreeLine(
            kind="open",
            what=each.kind,
            call=each.calls[0],
            group=CallGroup([*walk(found, each)]),
            how=HOW.get(each.told, ""),
            is_other_answer=each.told == "again",
            from_call=number,
        )
        if each.kind == "agent":
            yield from _calls(found, each.calls)
        else:
            yield from _turns(found, each, is_open=True)
        yield TreeLine(kind="shut")

"""A conversation as one reads it: what was said anew in each call, and its answer.

A call sends the whole history again; new is what stands behind the last answer in it.
A tool's result is put under the call that it answers, also where that call was made
one request earlier. Called by `observe/pages/conversation/view.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from observe.pages.conversation.calls import Call, CallGroup
from observe.pages.conversation.compaction import Compaction, compaction
from observe.pages.conversation.many import CapturedOfMany, captured
from observe.pages.conversation.threads import GoesOn
from observe.rendering.turns import Tie, Turn
from proxy.wire.base import Message
from proxy.wire.raw_messages import Messages
from runs.detail import Detail
from runs.models import CapturedRequest


@dataclass(frozen=True)
class Step:
    """A call of the thread that is read, or one beside it in a line."""

    group: CallGroup
    turns: list[Turn] = field(default_factory=list)
    earlier: int = 0
    """Messages that stood before what is shown, in the first call of a thread."""
    dropped: int | None = None
    """Messages fewer than in the call before, where the context shrank."""
    compaction: Compaction | None = None
    origin: GoesOn | None = None
    """What it goes on from, where that isn't the call before."""
    has_new_prompt: bool = False
    """Its system prompt is another than that of the call before."""
    tools: str = ""
    """Of a sub-agent: which tools it called, and how often."""
    said: str = ""
    """Of a call beside, and of a sub-agent: the beginning of its last answer."""
    problem: str = ""

    @property
    def call(self) -> Call:
        return self.group.first


@dataclass
class _Thread:
    """What is known of the thread while its calls are read in order."""

    origins: Mapping[int, GoesOn]
    tie: Tie = field(default_factory=Tie)
    system: list[Message] | None = None
    before: CapturedOfMany | None = None


def read_steps(
    groups: Sequence[CallGroup],
    kind: str,
    before: Call | None,
    after: Call | None,
    origins: Mapping[int, GoesOn],
) -> list[Step]:
    """`before` and `after` are the thread's calls around the page: what changed since,
    and the results of its last tool calls."""
    own = [group.first for group in groups if group.first.kind == kind]
    around = [call for call in (before, *own, after) if call is not None]
    rows = {call.request.pk: call.request for call in around}
    by_call = dict(zip(rows, captured([*rows.values()]), strict=True))
    details = _details(groups)
    thread = _Thread(origins)
    if before is not None:
        _read(thread, by_call[before.request.pk], before)
    steps = [
        _read(thread, by_call[group.first.request.pk], group.first, group)
        if group.first.kind == kind
        else _beside(group, details)
        for group in groups
    ]
    if after is not None:
        _read(thread, by_call[after.request.pk], after)
    return steps


def _read(
    thread: _Thread, one: CapturedOfMany, call: Call, group: CallGroup | None = None
) -> Step:
    """Without a group it isn't shown, and less of it is read."""
    is_first = thread.system is None
    is_begin = is_first and group is not None and not call.shrinking
    group = group or CallGroup([call])
    origin = thread.origins.get(call.request.pk)
    is_again = origin is not None and origin.kind == "again" and not is_first
    try:
        messages, answers = one.asked.messages, list(one.answered.messages)
        system, said = _systems(messages), _behind_answers(messages)
        fresh = _fresh(messages, system, said, call, is_first)
        step = Step(
            group,
            # What it says again was said already, and answered.
            turns=thread.tie.add([*([] if is_again else fresh), *answers]),
            earlier=len(messages) - len(fresh) if is_begin else 0,
            dropped=_dropped(thread.before, one, call),
            origin=origin,
            compaction=_compaction(thread.before, one, call),
            has_new_prompt=not is_first and system != thread.system,
        )
    except Exception as error:  # captured text may be anything
        return Step(group, problem=f"This call can't be read: {error}")
    thread.system, thread.before = system, one
    return step


def _fresh(
    messages: Sequence[Message],
    system: Sequence[Message],
    said: Sequence[Message],
    call: Call,
    is_first: bool,
) -> list[Message]:
    """What stands behind the last answer; of the first call the system prompt, too."""
    if call.shrinking:
        said, is_first = messages, False
    words = [each for each in said if each.role != "system"]
    if not is_first:
        return words
    own = len(said) - len(words)
    return [*system[: len(system) - own], *said]


def _behind_answers(messages: Sequence[Message]) -> list[Message]:
    if isinstance(messages, Messages):
        return messages.behind("assistant")
    answers = [at for at, each in enumerate(messages) if each.role == "assistant"]
    return [*messages[answers[-1] + 1 if answers else 0 :]]


def _systems(messages: Sequence[Message]) -> list[Message]:
    if isinstance(messages, Messages):
        return messages.systems()
    return [each for each in messages if each.role == "system"]


def _dropped(
    before: CapturedOfMany | None, one: CapturedOfMany, call: Call
) -> int | None:
    if before is None or not call.shrinking:
        return None
    were = len(before.asked.messages)
    return max(were - len(one.asked.messages), 0) if were else None


def _compaction(
    before: CapturedOfMany | None, one: CapturedOfMany, call: Call
) -> Compaction | None:
    if before is None or not call.shrinking:
        return None
    return compaction(before.asked, one.asked)


def _beside(group: CallGroup, details: dict[int, Detail]) -> Step:
    """A sub-agent, or a call that is not the work itself: told from what lists know."""
    told = [details.get(call.request.pk, Detail()) for call in group.calls]
    called = Counter(name for each in told for name in each.tool_calls)
    said = (each.answer_preview for each in reversed(told) if each.answer_preview)
    return Step(group, tools=_counted(called), said=next(said, ""))


def _counted(names: Counter[str]) -> str:
    told: Iterator[str] = (
        f"{name} ×{count}" if count > 1 else name for name, count in names.items()
    )
    return ", ".join(told)


def _details(groups: Sequence[CallGroup]) -> dict[int, Detail]:
    """Of the calls that stand beside; those that are read have their bodies."""
    keys = [
        call.request.pk
        for group in groups
        for call in group.calls
        if call.kind != "main"
    ]
    rows = CapturedRequest.objects.filter(pk__in=keys).select_related("detail")
    return {row.pk: row.detail.facts for row in rows if hasattr(row, "detail")}

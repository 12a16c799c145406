"""Which calls of a conversation sent the same again: two answers of one history.

What is the same to the byte is told by its digest. A client that asks again may ask
another model, or with another seed: then messages are compared, of calls whose bodies
are about as long and go on from the same call. Called by `threads.py` beside this.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from observe.pages.conversation.calls import Call
from observe.pages.conversation.many import CapturedOfMany, captured
from proxy.wire.base import Message
from runs.models import Body
from runs.record import Side

NEAR = 100
"""Bytes by which two requests with the same messages may differ."""
MOST_READ = 20
"""Pairs of calls of a page whose bodies are read."""
KEPT_THERE = ("mistral-conv",)
"""Formats whose requests say nothing of the history: their provider keeps it."""
KEPT_AS = ("conversation", "previous_response_id", "previous_interaction_id")
"""Members that name one which a provider keeps; by the first it grows by itself."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of a request's body."""

    size: int
    sha256: bytes
    parent: int
    """The request that it goes on from, as the next of its chain; 0: not told."""


def sent(own: Sequence[Call]) -> dict[int, Stored]:
    """By request. The first of a chain is stored against an older one
    (`runs/bodies/bases.py`), which isn't what it goes on from."""
    keys = [call.request.pk for call in own]
    rows = Body.objects.filter(request__in=keys, side=Side.REQUEST)
    told = rows.values_list("request", "size", "sha256", "links", "base__request")
    return {
        pk: Stored(size, bytes(sha256), (base or 0) if links else 0)
        for pk, size, sha256, links, base in told
    }


def twins(own: Sequence[Call], there: Mapping[int, Stored]) -> dict[int, Call]:
    """By request: the newest call before it that sent the same, and was answered.

    What failed is sent again to be answered at all, which is no second answer.
    """
    found: dict[int, Call] = {}
    before: list[Call] = []
    left = MOST_READ
    for call in own:
        for other in _likely(call, before, there):
            if not left:
                break
            left -= 1
            if _is_same(other, call, there):
                if other.request.is_success:
                    found[call.request.pk] = other
                break
        before.append(call)
    return found


def _likely(
    call: Call, before: Sequence[Call], there: Mapping[int, Stored]
) -> Iterator[Call]:
    """Earlier calls that may have sent the same, the newest first."""
    own = there.get(call.request.pk)
    if own is None or call.request.wire_format.startswith(KEPT_THERE):
        return
    for other in reversed(before):
        told = there.get(other.request.pk)
        if told is None or other.request.operation != call.request.operation:
            continue
        if told.sha256 == own.sha256 or _is_near(other, told, own):
            yield other


def _is_near(other: Call, told: Stored, own: Stored) -> bool:
    """A session's request is stored against its twin, others beside it."""
    is_beside = bool(own.parent) and own.parent in (other.request.pk, told.parent)
    return is_beside and abs(told.size - own.size) <= NEAR


def _is_same(other: Call, call: Call, there: Mapping[int, Stored]) -> bool:
    is_equal = there[other.request.pk].sha256 == there[call.request.pk].sha256
    rows = [call.request] if is_equal else [other.request, call.request]
    try:
        found = captured(rows)
        names = [_names(one) for one in found]
        if any(told.get("conversation") for told in names):
            return False
        said = [_said(one) for one in found]
    except Exception:  # captured text may be anything; the transcript says so
        return False
    return all(said) and names[0] == names[-1] and said[0] == said[-1]


def _said(one: CapturedOfMany) -> list[Message]:
    """Without system prompts: there may be a clock in one."""
    return [each for each in one.asked.messages if each.role != "system"]


def _names(one: CapturedOfMany) -> dict[str, object]:
    asked = json.loads(one.asked.data)
    return {name: asked.get(name) for name in KEPT_AS}

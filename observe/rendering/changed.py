"""What became of a request between one call of a conversation and the next.

An agent sends its whole history again with every call. Asked by
`observe/pages/request/changes.py`: which messages, tools and parameters are other than
before, and from where on the prompt isn't the one that a provider's cache has: caches
know a beginning, in the order tools, system prompt, messages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from observe.rendering.base import Subject
from observe.rendering.difference import Line, difference
from observe.rendering.tool_definitions import declared
from proxy.wire.base import Message
from proxy.wire.lenient import clean

_CONTENT = frozenset(
    {
        *("messages", "input", "contents", "prompt", "request", "requests"),
        *("system", "instructions", "systemInstruction", "system_instruction"),
        *("tools", "functions", "toolConfig", "tool_config"),
    }
)
"""Members that are messages or tools; all others are parameters."""
MOST_COMPARED = 400
"""Messages behind the common beginning that are matched with each other."""
LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Changed:
    """A message, tool or parameter that is other than it was."""

    kind: str
    """`added`, `removed` or `edited`."""
    name: str
    """Of a message: whose it is, and its number in the request that has it."""
    text: str = ""
    lines: list[Line] | None = field(default_factory=list)
    """Of what was edited; None where it is too much to show line by line."""


@dataclass(frozen=True, slots=True)
class Changes:
    """From the request before to this one."""

    messages: list[Changed]
    tools: list[Changed]
    parameters: list[Changed]
    kept: int
    """Messages at the beginning that are as they were."""
    broken_at: str
    """The first thing of the earlier prompt that this one has not; "" for none."""

    def __bool__(self) -> bool:
        return bool(self.messages or self.tools or self.parameters)


def changes(before: Subject, after: Subject) -> Changes:
    old, new = list(before.messages), list(after.messages)
    kept = _common(old, new)
    messages = list(_messages(old, new, kept))
    tools = list(_named(declared(before.data), declared(after.data)))
    return Changes(
        messages=messages,
        tools=tools,
        parameters=list(_named(_parameters(before.data), _parameters(after.data))),
        kept=kept,
        broken_at=_broken_at(tools, old, kept),
    )


def _common(old: Sequence[Message], new: Sequence[Message]) -> int:
    pairs = zip(old, new, strict=False)
    return next(
        (n for n, (a, b) in enumerate(pairs) if a != b), min(len(old), len(new))
    )


def _broken_at(tools: list[Changed], old: Sequence[Message], kept: int) -> str:
    if tools:
        return f"tool definitions: {tools[0].name} was {tools[0].kind}"
    return _title(old[kept], kept) if kept < len(old) else ""


def _messages(
    old: Sequence[Message], new: Sequence[Message], kept: int
) -> Iterator[Changed]:
    before, after = old[kept:], new[kept:]
    if len(before) + len(after) > MOST_COMPARED:  # matching is quadratic
        yield from _one_by_one(before, after, kept, kept)
        return
    numbers: dict[Message, int] = {}
    one, other = (
        [numbers.setdefault(each, len(numbers)) for each in side]
        for side in (before, after)
    )
    found = SequenceMatcher(None, one, other, autojunk=False)
    for kind, a, b, c, d in found.get_opcodes():
        if kind != "equal":
            yield from _one_by_one(before[a:b], after[c:d], kept + a, kept + c)


def _one_by_one(
    before: Sequence[Message], after: Sequence[Message], old: int, new: int
) -> Iterator[Changed]:
    """What stands in the same place and has the same role was edited."""
    pairs = 0
    for one, other in zip(before, after, strict=False):
        if one.role != other.role:
            break
        lines = difference(_text(one).encode(), _text(other).encode())
        yield Changed("edited", _title(other, new + pairs), lines=lines)
        pairs += 1
    for number, message in enumerate(before[pairs:], old + pairs):
        yield Changed("removed", _title(message, number), _text(message))
    for number, message in enumerate(after[pairs:], new + pairs):
        yield Changed("added", _title(message, number), _text(message))


def _title(message: Message, number: int) -> str:
    if message.role == "system":
        return "system prompt"
    is_result = any(part.kind == "tool_result" for part in message.parts)
    return f"{'tool result' if is_result else message.role}, message {number + 1}"


def _text(message: Message) -> str:
    return "\n".join(
        part.text if part.kind == "text" else f"[{part.kind}] {part.name} {part.text}"
        for part in message.parts
    )


def _parameters(body: bytes) -> dict[str, str]:
    try:
        asked: Any = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(asked, dict):
        return {}
    return {
        clean(name): clean(json.dumps(value, ensure_ascii=False))
        for name, value in asked.items()
        if name not in _CONTENT
    }


def _named(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Changed]:
    """Tools or parameters by name: the ones that are there still, gone, and new."""
    for name in old:
        if name not in new:
            yield Changed("removed", name, old[name][:LONGEST_VALUE])
        elif old[name] != new[name]:
            lines = difference(old[name].encode(), new[name].encode())
            yield Changed("edited", name, lines=lines)
    for name in new:
        if name not in old:
            yield Changed("added", name, new[name][:LONGEST_VALUE])

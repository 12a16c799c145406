"""Tool calls that Qwen's models wrote into their thoughts become real tool calls.

Local servers without the right tool parser leave `<tool_call>` blocks in
`reasoning_content` or `reasoning`; an agent then sees a model that stopped without
doing anything. `qwen_blocks.py` has the grammar. Works on any choice, on several calls
in one answer, and on a tag that is cut anywhere. Pure.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from proxy.fixes.base import (
    HOLD,
    PASS,
    Declared,
    Fix,
    Json,
    Say,
    StreamEvent,
    Unfixable,
    choices_of,
    index_of,
    part_of,
)
from proxy.fixes.qwen_blocks import (
    OPEN,
    TaggedCall,
    calls_in,
    may_become_block,
    opening_in,
    refused,
)

_SOURCES = ("reasoning_content", "reasoning")
_ENDS_WITH_CALLS = ("", "stop", "tool_calls", "function_call", "eos")
"""Finish reasons that become `tool_calls`; `length` and others say something else."""


@dataclass(slots=True)
class _Choice:
    """One choice of a stream."""

    held: str = ""
    """Its thoughts from the held events on."""
    has_content: bool = False
    calls: list[TaggedCall] = field(default_factory=list)
    is_over: bool = False

    @property
    def is_held(self) -> bool:
        return bool(self.held) and not self.is_over

    @property
    def has_tag(self) -> bool:
        return OPEN in self.held


class QwenTaggedToolCall(Fix):
    id = "qwen-tagged-tool-call-rewrite"
    about = (
        "Promotes complete Qwen-style <tool_call> blocks in the thoughts of an answer "
        "to tool calls, where the request declares the tool."
    )
    risk = (
        "A model that only quotes such a block in its thoughts is taken to call the "
        "tool. The stream is held from the block on."
    )

    def __init__(self, declared: Declared) -> None:
        super().__init__(declared)
        self._choices: dict[int, _Choice] = {}
        self._held: list[StreamEvent] = []
        self._answer_id = ""

    # --- an answer that is no stream ----------------------------------------------
    def whole(self, document: Json) -> bool:
        self._answer_id = str(document.get("id") or "")
        changed = False
        for choice in choices_of(document):
            try:
                changed |= self._promote(choice, part_of(choice, "message"))
            except Unfixable as error:
                self.warnings.append(str(error))
        return changed

    def _promote(self, choice: Json, message: Json) -> bool:
        text = _thoughts(message)
        at = text.find(OPEN)
        if at < 0 or message.get("tool_calls") or not self.declared.tools:
            return False
        if _has_content(message):
            raise refused("assistant content appeared alongside tagged block.")
        calls = calls_in(text[at:], self.declared.tools)
        for source in _SOURCES:
            message.pop(source, None)
        message["content"] = text[:at].rstrip() or None
        message["tool_calls"] = self._told(index_of(choice), calls)
        choice["finish_reason"] = _reason(choice)
        return True

    # --- a stream -------------------------------------------------------------------
    def feed(self, event: StreamEvent) -> Say | list[StreamEvent]:
        if event.chunk is None or not choices_of(event.chunk):
            return self._beside(event)
        self._answer_id = self._answer_id or str(event.chunk.get("id") or "")
        for choice in choices_of(event.chunk):
            self._see(choice)
        if not self._held and not self._waits():
            return PASS
        self._held.append(event)
        return HOLD if self._waits() else self._let_go()

    def finish(self) -> Say | list[StreamEvent]:
        if any(choice.is_held and choice.has_tag for choice in self._choices.values()):
            raise refused("stream ended before finish reason.")
        return self._let_go() if self._held else PASS

    def _beside(self, event: StreamEvent) -> Say | list[StreamEvent]:
        """An event that is no part of a choice."""
        if not self._held:
            return PASS
        if event.has_data and any(each.has_tag for each in self._choices.values()):
            if event.is_done:
                raise refused("incomplete tagged tool-call block.")
            kind = "usage/control" if event.chunk else "non-JSON SSE"
            raise refused(f"{kind} event interrupted block.")
        self._held.append(event)
        return HOLD if self._waits() else self._let_go()

    def _see(self, choice: Json) -> None:
        state = self._choices.setdefault(index_of(choice), _Choice())
        delta = part_of(choice, "delta")
        if not state.is_over:
            self._see_answer(state, delta)
            self._see_thoughts(state, _thoughts(delta))
        if choice.get("finish_reason") and not state.is_over:
            if state.has_tag:
                at = state.held.index(OPEN)
                state.calls = calls_in(state.held[at:], self.declared.tools)
            state.is_over = True

    def _see_answer(self, state: _Choice, delta: Json) -> None:
        calls, has_content = delta.get("tool_calls"), _has_content(delta)
        if not calls and not has_content:
            return
        if state.has_tag:
            what = "structured tool call" if calls else "assistant content"
            raise refused(f"{what} appeared after tagged block.")
        state.held = ""
        state.has_content |= has_content
        state.is_over |= bool(calls)  # the upstream has understood: nothing to mend

    def _see_thoughts(self, state: _Choice, text: str) -> None:
        held = state.held + text
        at = opening_in(held)
        if at < 0 or not self.declared.tools:
            state.held = ""
            return
        state.held = held
        if OPEN not in held:
            return
        if state.has_content:
            raise refused("assistant content appeared alongside tagged block.")
        if not may_become_block(held[at:]):
            raise refused("malformed tagged block.")

    def _waits(self) -> bool:
        return any(choice.is_held for choice in self._choices.values())

    def _let_go(self) -> Say | list[StreamEvent]:
        """What goes out in place of the held events."""
        held, self._held = self._held, []
        done = {i: each for i, each in self._choices.items() if each.calls}
        out = [event for each in held for event in self._mended(each, done)]
        for state in self._choices.values():
            state.held, state.calls = "", []
        return out if done else PASS

    def _mended(
        self, event: StreamEvent, done: dict[int, _Choice]
    ) -> list[StreamEvent]:
        choices = choices_of(event.chunk)
        if event.chunk is None or not any(index_of(each) in done for each in choices):
            return [event]
        before: list[StreamEvent] = []
        left: list[Json] = []
        for choice in choices:
            state = done.get(index_of(choice))
            if state is not None and choice.get("finish_reason"):
                before += self._in_place(event, index_of(choice), state)
                reason = _reason(choice)
                left.append({**choice, "delta": {}, "finish_reason": reason})
            elif state is not None:
                left += _without_thoughts(choice)
            else:
                left.append(choice)
        if not left and event.chunk.get("usage") is None:
            return before
        return [*before, event.saying({**event.chunk, "choices": left})]

    def _in_place(
        self, event: StreamEvent, index: int, state: _Choice
    ) -> list[StreamEvent]:
        """What stands for the block: the text before it, and the calls."""
        text = state.held[: state.held.index(OPEN)].rstrip()
        calls = [
            {"index": n, **call}
            for n, call in enumerate(self._told(index, state.calls))
        ]
        deltas: list[Json] = [{"content": text}] if text else []
        return [
            event.beside({"index": index, "delta": delta, "finish_reason": None})
            for delta in [*deltas, {"tool_calls": calls}]
        ]

    def _told(self, index: int, calls: list[TaggedCall]) -> list[Json]:
        self.did += [f"promoted a tagged call of {call.name}" for call in calls]
        return [
            {
                "id": self._call_id(index, n, call),
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for n, call in enumerate(calls)
        ]

    def _call_id(self, index: int, n: int, call: TaggedCall) -> str:
        """The same each time it is read, and another in each answer: results are told
        apart by it over a whole conversation."""
        named = f"{self._answer_id}\0{index}\0{n}\0{call.name}\0{call.arguments}"
        digest = hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()
        return f"call_{digest[:24]}"


def _thoughts(part: Json) -> str:
    for source in _SOURCES:
        if isinstance(text := part.get(source), str) and text:
            return text
    return ""


def _has_content(part: Json) -> bool:
    content = part.get("content")
    return bool(content.strip() if isinstance(content, str) else content)


def _without_thoughts(choice: Json) -> list[Json]:
    """The choice of a held event; nothing where only thoughts stood in it."""
    delta = {
        name: value
        for name, value in part_of(choice, "delta").items()
        if name not in _SOURCES and value not in (None, "")
    }
    return [{**choice, "delta": delta}] if delta else []


def _reason(choice: Json) -> str:
    reason = choice.get("finish_reason") or ""
    return "tool_calls" if reason in _ENDS_WITH_CALLS else reason

"""Whole answers that are nothing but a text, a thought or calls of tools, read at once.

Most answers that don't stream are such: `proxy/recording/facts.py` asks here first. A
member that a format's reader would look at stands in the shapes
(`plain_answer_shapes.py`) with the values that say nothing to it: with any other the
bytes don't fit, and the reader reads the answer. It stays the truth: tests read the
corpus both ways. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pricing.usage import NO_USAGE, Usage
from proxy.wire.answered import FAILED, STATUSES
from proxy.wire.arguments import once
from proxy.wire.base import Message, Part, ResponseFacts
from proxy.wire.lenient import clean, dump, short
from proxy.wire.plain_answer_shapes import (
    ChatMessage,
    ChatUsage,
    InputDetails,
    Lifetimes,
    MessageBlock,
    MessageUsage,
    OutputDetails,
    chat_answer,
    message_answer,
)
from proxy.wire.stream_types import is_ndjson, media_type

LONGEST = 1024 * 1024
"""Bytes; a longer answer may have more text than is kept."""
_MOST_PARTS = 100
_NO_INPUT_DETAILS, _NO_OUTPUT_DETAILS = InputDetails(), OutputDetails()
_NO_LIFETIMES = Lifetimes()


def plain_answer(
    name: str, status: int, content_type: str, body: bytes
) -> ResponseFacts | None:
    """What a whole answer in the format of that name says; None: read it carefully."""
    read = _FORMATS.get(name)
    if read is None or status not in STATUSES or body[:1] != b"{":
        return None
    if len(body) > LONGEST or not _is_json(content_type):
        return None
    try:
        return read(body)
    except (ValueError, RecursionError):
        return None


def _is_json(content_type: str) -> bool:
    return media_type(content_type).endswith("json") and not is_ndjson(content_type)


def _chat(body: bytes) -> ResponseFacts | None:
    answer = chat_answer(body)
    choice = answer.choices[0]
    reason = short(choice.finish_reason)
    usage = NO_USAGE if answer.usage is None else _chat_usage(answer.usage)
    parts = _chat_parts(choice.message)
    if usage is None or parts is None or _has_failed(reason):
        return None
    return ResponseFacts(
        model=short(answer.model),
        response_id=short(answer.id),
        usage=usage,
        service_tier=short(answer.service_tier),
        finish_reason=reason,
        **_said(parts),
    )


def _has_failed(reason: str | None) -> bool:
    return reason is not None and reason.lower() in FAILED


def _said(parts: list[Part]) -> dict[str, Any]:
    if not parts:
        return {}
    called = tuple(
        each.name for each in parts if each.kind == "tool_call" and each.name
    )
    message = Message(role="assistant", parts=tuple(parts))
    return {"message": message, "tool_calls": called}


def _chat_parts(message: ChatMessage) -> list[Part] | None:
    parts: list[Part] = []
    if thought := message.reasoning_content or message.reasoning:
        parts.append(Part(kind="reasoning", text=clean(thought)))
    if message.content:
        parts.append(Part(kind="text", text=clean(message.content)))
    calls = message.tool_calls or ()
    if len(calls) > _MOST_PARTS:
        return None
    for place, call in enumerate(calls):
        if call.index not in (None, place):
            return None
        parts.append(_call(call.function.name, call.id, call.function.arguments))
    return parts


def _call(name: str, call_id: str, arguments: str) -> Part:
    return Part(
        kind="tool_call",
        text=once(clean(arguments)),
        name=short(name) or "",
        call_id=short(call_id) or "",
    )


def _chat_usage(told: ChatUsage) -> Usage | None:
    """As `openai_usage.py` reads it. None where it would have to think."""
    into = told.prompt_tokens_details or _NO_INPUT_DETAILS
    out = told.completion_tokens_details or _NO_OUTPUT_DETAILS
    prompt, output = told.prompt_tokens, told.completion_tokens
    cached, thought = into.cached_tokens, out.reasoning_tokens
    if cached is None:
        cached = told.cached_tokens
    if cached is None:
        cached = told.prompt_cache_hit_tokens
    fresh = prompt - (cached or 0)
    if fresh < 0:
        return None
    if thought and (thought > output or told.total_tokens == prompt + output + thought):
        return None
    sound = into.audio_tokens
    spoken = out.audio_tokens
    return Usage(
        input=fresh,
        cache_read=cached,
        output=output,
        reasoning=thought,
        input_audio=None if sound is None else min(sound, fresh),
        output_audio=None if spoken is None else min(spoken, output),
    )


def _message(body: bytes) -> ResponseFacts | None:
    answer = message_answer(body)
    reason = short(answer.stop_reason)
    told = answer.usage
    if len(answer.content) > _MOST_PARTS or _has_failed(reason):
        return None
    return ResponseFacts(
        model=short(answer.model),
        response_id=short(answer.id),
        usage=_message_usage(told) if told else NO_USAGE,
        service_tier=short(told.service_tier) if told else None,
        speed=short(told.speed) if told else None,
        region=short(told.inference_geo) if told else None,
        finish_reason=reason,
        **_said([part for block in answer.content if (part := _part(block))]),
    )


def _part(block: MessageBlock) -> Part | None:
    if block.type == "tool_use":
        if not block.name:
            raise ValueError("a call of nothing")
        told = block.input
        return _call(
            block.name, block.id, told if isinstance(told, str) else dump(told)
        )
    if block.type == "thinking":
        if not block.thinking:
            return None
        return Part(kind="reasoning", text=clean(block.thinking))
    return Part(kind="text", text=clean(block.text)) if block.text else None


def _message_usage(told: MessageUsage) -> Usage:
    """As `anthropic_usage.py` reads it."""
    by_lifetime = told.cache_creation or _NO_LIFETIMES
    hour = by_lifetime.ephemeral_1h_input_tokens
    minutes = by_lifetime.ephemeral_5m_input_tokens
    written = told.cache_creation_input_tokens
    if written is not None and (written or not (hour or minutes)):
        hour = None if hour is None else min(hour, written)
        minutes = written - (hour or 0)
    return Usage(
        input=told.input_tokens,
        cache_read=told.cache_read_input_tokens,
        cache_write_5m=minutes,
        cache_write_1h=hour,
        output=told.output_tokens,
    )


_FORMATS: dict[str, Callable[[bytes], ResponseFacts | None]] = {
    "openai-chat": _chat,
    "anthropic-messages": _message,
}

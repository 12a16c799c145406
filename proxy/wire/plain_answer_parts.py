"""What the readers of plain answers (`plain_answers.py`) have in common: parts, counts.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pricing.usage import Usage
from proxy.wire.answered import FAILED
from proxy.wire.arguments import once
from proxy.wire.base import Message, Part
from proxy.wire.lenient import clean, short
from proxy.wire.plain_answer_shapes import InputDetails, OutputDetails

_NO_INPUT_DETAILS, _NO_OUTPUT_DETAILS = InputDetails(), OutputDetails()


class Odd(ValueError):
    """An answer that has to be read carefully."""


def ending(told: str | None) -> str | None:
    """A finish reason; not one that says that the server failed."""
    reason = short(told)
    if reason is not None and reason.lower() in FAILED:
        raise Odd(reason)
    return reason


def said(parts: Iterable[Part]) -> dict[str, Any]:
    """The members of `ResponseFacts` that parts are kept in."""
    kept = tuple(parts)
    if not kept:
        return {}
    names = [each.name for each in kept if each.kind == "tool_call" and each.name]
    message = Message(role="assistant", parts=kept)
    return {"message": message, "tool_calls": tuple(names)}


def call(name: str, call_id: str, arguments: str) -> Part:
    return Part(
        kind="tool_call",
        text=once(clean(arguments)),
        name=short(name) or "",
        call_id=short(call_id) or "",
    )


def openai_usage(
    prompt: int,
    output: int | None,
    total: int | None,
    into: InputDetails | None,
    out: OutputDetails | None,
    *cached_beside: int | None,
) -> Usage:
    """As `openai_usage.py` reads it, where there is nothing to think about.
    `cached_beside` tell the cached part where no details do."""
    into, out = into or _NO_INPUT_DETAILS, out or _NO_OUTPUT_DETAILS
    cached, thought = into.cached_tokens, out.reasoning_tokens
    if cached is None:
        cached = next((each for each in cached_beside if each is not None), None)
    fresh = prompt - (cached or 0)
    made = output or 0
    if fresh < 0 or (thought and (thought > made or total == prompt + made + thought)):
        raise Odd("counts that don't add up")
    sound, spoken = into.audio_tokens, out.audio_tokens
    return Usage(
        input=fresh,
        cache_read=cached,
        output=output,
        reasoning=thought,
        input_audio=None if sound is None else min(sound, fresh),
        output_audio=None if spoken is None else min(spoken, made),
    )

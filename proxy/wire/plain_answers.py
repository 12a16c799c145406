"""Whole answers that are nothing but a text, a thought or calls of tools, read at once.

Most answers that don't stream are such: `proxy/recording/facts.py` asks here first. A
member that a format's reader would look at stands in the shapes
(`plain_answer_shapes.py`) with the values that say nothing to it: with any other the
bytes don't fit, and the reader reads the answer. It stays the truth: tests read the
corpus both ways. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pricing.usage import NO_USAGE, Usage
from proxy.wire.answered import STATUSES
from proxy.wire.base import Part, PartKind, ResponseFacts
from proxy.wire.lenient import clean, dump, short
from proxy.wire.plain_answer_parts import Odd, call, ending, openai_usage, said
from proxy.wire.plain_answer_shapes import (
    ChatMessage,
    ChatUsage,
    GeminiUsage,
    Lifetimes,
    MessageBlock,
    MessageUsage,
    OutputItem,
    chat_answer,
    embeddings_answer,
    gemini_answer,
    message_answer,
    responses_answer,
)
from proxy.wire.stream_types import is_ndjson, media_type

LONGEST = 1_500_000
"""Bytes; a longer answer may have more text than is kept, or more values than one is
taken apart for."""
MOST = 100
"""Parts of an answer."""
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


def _chat(body: bytes) -> ResponseFacts:
    answer = chat_answer(body)
    choice = answer.choices[0]
    return ResponseFacts(
        model=short(answer.model),
        response_id=short(answer.id),
        usage=_chat_usage(answer.usage),
        service_tier=short(answer.service_tier),
        finish_reason=ending(choice.finish_reason),
        **said(_chat_parts(choice.message)),
    )


def _chat_parts(message: ChatMessage) -> Iterator[Part]:
    if thought := message.reasoning_content or message.reasoning:
        yield Part(kind="reasoning", text=clean(thought))
    if message.content:
        yield Part(kind="text", text=clean(message.content))
    for place, each in enumerate(message.tool_calls or ()):
        if each.index not in (None, place) or place == MOST:
            raise Odd("calls out of order")
        yield call(each.function.name, each.id, each.function.arguments)


def _chat_usage(told: ChatUsage | None) -> Usage:
    if told is None:
        return NO_USAGE
    return openai_usage(
        told.prompt_tokens,
        told.completion_tokens,
        told.total_tokens,
        told.prompt_tokens_details,
        told.completion_tokens_details,
        told.cached_tokens,
        told.prompt_cache_hit_tokens,
    )


def _embeddings(body: bytes) -> ResponseFacts:
    """The vectors stay in the body."""
    answer = embeddings_answer(body)
    return ResponseFacts(
        model=short(answer.model),
        response_id=short(answer.id),
        usage=_chat_usage(answer.usage),
        service_tier=short(answer.service_tier),
    )


def _responses(body: bytes) -> ResponseFacts:
    answer, told = responses_answer(body), None
    if answer.incomplete_details is not None:
        told = answer.incomplete_details.reason
    used, usage = answer.usage, NO_USAGE
    if used is not None:
        usage = openai_usage(
            used.input_tokens,
            used.output_tokens,
            used.total_tokens,
            used.input_tokens_details,
            used.output_tokens_details,
        )
    return ResponseFacts(
        model=short(answer.model),
        response_id=short(answer.id),
        usage=usage,
        service_tier=short(answer.service_tier),
        finish_reason=ending(told or answer.status),
        **said(part for item in answer.output for part in _item(item)),
    )


def _item(item: OutputItem) -> Iterator[Part]:
    if item.type == "function_call":
        if not item.name:
            raise Odd("a call of nothing")
        yield call(item.name, item.call_id or item.id, item.arguments)
        return
    pieces = item.content or []
    kind: PartKind = "text"
    if item.type == "reasoning":
        kind, pieces = "reasoning", [*(item.summary or ()), *pieces]
    if len(pieces) > MOST:
        raise Odd("many pieces")
    for piece in pieces:
        if (piece.type == "output_text") != (kind == "text"):
            raise Odd(piece.type)
        if piece.text:
            yield Part(kind=kind, text=clean(piece.text))


def _message(body: bytes) -> ResponseFacts:
    answer = message_answer(body)
    told = answer.usage
    if len(answer.content) > MOST:
        raise Odd("many blocks")
    return ResponseFacts(
        model=short(answer.model),
        response_id=short(answer.id),
        usage=_message_usage(told) if told else NO_USAGE,
        service_tier=short(told.service_tier) if told else None,
        speed=short(told.speed) if told else None,
        region=short(told.inference_geo) if told else None,
        finish_reason=ending(answer.stop_reason),
        **said(part for block in answer.content if (part := _block(block))),
    )


def _block(block: MessageBlock) -> Part | None:
    if block.type == "tool_use":
        if not block.name:
            raise Odd("a call of nothing")
        told = block.input
        text = told if isinstance(told, str) else dump(told)
        return call(block.name, block.id, text)
    if block.type == "thinking":
        text = block.thinking
        return Part(kind="reasoning", text=clean(text)) if text else None
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


def _gemini(body: bytes) -> ResponseFacts:
    answer = gemini_answer(body)
    candidate, told = answer.candidates[0], answer.usageMetadata
    parts: list[Part] = []
    for piece in candidate.content.parts:
        kind: PartKind = "reasoning" if piece.thought else "text"
        if not piece.text or (parts and parts[-1].kind == kind):
            raise Odd("pieces to be joined")
        parts.append(Part(kind=kind, text=clean(piece.text)))
    if not parts or len(parts) > MOST:
        raise Odd("no text")
    return ResponseFacts(
        model=short(answer.modelVersion),
        response_id=short(answer.responseId),
        usage=_gemini_usage(told) if told else NO_USAGE,
        service_tier=short(told.serviceTier or told.trafficType) if told else None,
        finish_reason=ending(candidate.finishReason),
        **said(parts),
    )


def _gemini_usage(told: GeminiUsage) -> Usage:
    """As `gemini_usage.py` reads it."""
    cached, thoughts = told.cachedContentTokenCount, told.thoughtsTokenCount
    fresh = told.promptTokenCount - (cached or 0)
    if fresh < 0:
        raise Odd("more cached than there is")
    return Usage(
        input=fresh + (told.toolUsePromptTokenCount or 0),
        cache_read=cached,
        output=told.candidatesTokenCount + (thoughts or 0),
        reasoning=thoughts,
    )


_FORMATS: dict[str, Callable[[bytes], ResponseFacts]] = {
    "openai-chat": _chat,
    "openai-responses": _responses,
    "openai-embeddings": _embeddings,
    "anthropic-messages": _message,
    "gemini-generate": _gemini,
}

"""What a whole answer may bring and still be nothing but a text, a thought or calls.

The shapes of `plain_answers.py`, which says what for. Pure.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from proxy.wire.lenient import LARGEST_COUNT
from proxy.wire.plain import Empty, NoCost, NoFault, Nothing

Count = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_COUNT)]


class InputDetails(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    cached_tokens: Count | None = None
    audio_tokens: Count | None = None


class OutputDetails(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    reasoning_tokens: Count | None = None
    audio_tokens: Count | None = None
    accepted_prediction_tokens: int | None = None
    rejected_prediction_tokens: int | None = None


class ChatUsage(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    prompt_tokens: Count
    completion_tokens: Count
    total_tokens: Count | None = None
    cached_tokens: Count | None = None
    prompt_cache_hit_tokens: Count | None = None
    prompt_cache_miss_tokens: Count | None = None
    prompt_tokens_details: InputDetails | None = None
    completion_tokens_details: OutputDetails | None = None
    prompt_time: float | None = None
    completion_time: float | None = None
    total_time: float | None = None
    queue_time: float | None = None


class _Function(msgspec.Struct, gc=False):
    name: str
    arguments: str


class _Call(msgspec.Struct, gc=False):
    function: _Function
    id: str = ""
    index: int | None = None
    custom: None = None


class ChatMessage(msgspec.Struct, gc=False):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    thinking: Nothing = None
    reasoning_details: Empty = None
    tool_calls: list[_Call] | None = None
    refusal: Nothing = None
    function_call: None = None
    images: Empty = None
    audio: None = None
    provider_metadata: msgspec.UnsetType = msgspec.UNSET


class _ChatChoice(NoFault, gc=False, kw_only=True):
    message: ChatMessage
    index: Literal[0] | None = 0
    finish_reason: str | None = None
    object: None = None
    type: None = None
    usage: None = None
    delta: None = None


class _Groq(NoFault, gc=False, kw_only=True):
    object: None = None
    type: None = None
    usage: None = None


class ChatAnswer(NoCost, gc=False, kw_only=True):
    choices: tuple[_ChatChoice]
    object: Literal["chat.completion", ""] | None = None
    type: None = None
    id: str | None = None
    model: str | None = None
    model_id: Nothing = None
    service_tier: str | None = None
    usage: ChatUsage | None = None
    timings: None = None
    x_groq: _Groq | None = None


class Lifetimes(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    ephemeral_5m_input_tokens: Count | None = None
    ephemeral_1h_input_tokens: Count | None = None


class _NoTools(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    web_search_requests: Literal[0] | None = None
    web_fetch_requests: Literal[0] | None = None
    code_execution_requests: Literal[0] | None = None


class MessageUsage(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    input_tokens: Count
    output_tokens: Count
    cache_read_input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    cache_creation: Lifetimes | None = None
    server_tool_use: _NoTools | None = None
    iterations: Empty = None
    service_tier: str | None = None
    inference_geo: str | None = None
    speed: str | None = None


class MessageBlock(msgspec.Struct, gc=False):
    type: Literal["text", "thinking", "tool_use"]
    text: str = ""
    thinking: str = ""
    name: str = ""
    id: str = ""
    call_id: Nothing = None
    input: Any = None


class MessageAnswer(NoCost, gc=False, kw_only=True):
    content: list[MessageBlock]
    type: Literal["message", ""] | None = None
    object: None = None
    id: str | None = None
    model: str | None = None
    stop_reason: str | None = None
    usage: MessageUsage | None = None


chat_answer = msgspec.json.Decoder(ChatAnswer).decode
message_answer = msgspec.json.Decoder(MessageAnswer).decode

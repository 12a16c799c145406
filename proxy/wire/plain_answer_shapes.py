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
    completion_tokens: Count | None = None
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


class ResponsesUsage(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    input_tokens: Count
    output_tokens: Count
    total_tokens: Count | None = None
    input_tokens_details: InputDetails | None = None
    output_tokens_details: OutputDetails | None = None


class _Piece(msgspec.Struct, gc=False):
    type: Literal["output_text", "summary_text"]
    text: str


class OutputItem(msgspec.Struct, gc=False):
    """Of what a call may have, all but the arguments."""

    type: Literal["message", "reasoning", "function_call"]
    content: list[_Piece] | None = None
    summary: list[_Piece] | None = None
    name: str = ""
    arguments: str = ""
    call_id: str = ""
    id: str = ""
    input: None = None
    action: None = None
    operation: None = None
    code: None = None
    queries: None = None
    output: None = None
    error: None = None
    outputs: None = None
    results: None = None


class _Incomplete(msgspec.Struct, gc=False):
    reason: str | None = None


class _Searches(msgspec.Struct, gc=False):
    num_requests: Literal[0] | None = None


class _ToolUsage(msgspec.Struct, gc=False):
    web_search: _Searches | None = None


class ResponsesAnswer(NoCost, gc=False, kw_only=True):
    status: Literal["completed", "incomplete"]
    output: list[OutputItem]
    object: Literal["response", ""] | None = None
    type: None = None
    id: str | None = None
    model: str | None = None
    service_tier: str | None = None
    incomplete_details: _Incomplete | None = None
    background: Literal[False] | None = None
    usage: ResponsesUsage | None = None
    tool_usage: _ToolUsage | None = None


class EmbeddingsAnswer(NoCost, gc=False, kw_only=True):
    object: Literal["list", ""] | None = None
    type: None = None
    id: str | None = None
    model: str | None = None
    service_tier: str | None = None
    usage: ChatUsage | None = None


class _GeminiPart(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    text: str
    thought: bool = False
    thoughtSignature: str | None = None


class _GeminiContent(msgspec.Struct, gc=False):
    parts: list[_GeminiPart]


class _Candidate(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    content: _GeminiContent
    finishReason: str | None = None
    index: Literal[0] = 0
    safetyRatings: msgspec.Raw | None = None
    avgLogprobs: float | None = None


class _TextTokens(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    modality: Literal["TEXT"]
    tokenCount: Count = 0


class GeminiUsage(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    promptTokenCount: Count
    candidatesTokenCount: Count
    totalTokenCount: Count | None = None
    thoughtsTokenCount: Count | None = None
    cachedContentTokenCount: Count | None = None
    toolUsePromptTokenCount: Count | None = None
    promptTokensDetails: list[_TextTokens] | None = None
    candidatesTokensDetails: list[_TextTokens] | None = None
    cacheTokensDetails: list[_TextTokens] | None = None
    trafficType: str | None = None
    serviceTier: str | None = None


# Gemini's reader respells names that it doesn't know: none may be here.
class GeminiAnswer(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    candidates: tuple[_Candidate]
    usageMetadata: GeminiUsage | None = None
    modelVersion: str | None = None
    responseId: str | None = None
    createTime: str | None = None


chat_answer = msgspec.json.Decoder(ChatAnswer).decode
message_answer = msgspec.json.Decoder(MessageAnswer).decode
responses_answer = msgspec.json.Decoder(ResponsesAnswer).decode
embeddings_answer = msgspec.json.Decoder(EmbeddingsAnswer).decode
gemini_answer = msgspec.json.Decoder(GeminiAnswer).decode

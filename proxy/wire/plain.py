"""What an event may bring and still be nothing but the next piece of an answer.

A stream is hundreds of such events. The bytes of each go to a format's `plain`, as in
`openai_chat.py`, which decodes them into one of these and adds the text. A member that
the careful way would look at stands here with the values that say nothing to it: with
any other the bytes don't fit, and the careful way reads that event. It stays the truth:
`tests/proxy/wire/test_plain.py` reads the corpus both ways. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

Nothing = Literal[""] | None
"""How servers send a text that isn't there."""
Empty = tuple[()] | None
"""How they send a list that isn't there."""


class NoFault(msgspec.Struct, gc=False, kw_only=True):
    """Without what `faults.py` and `vendor_faults.py` take for a failure's sign, but
    for `object` and `type`, which may be "error": each shape says its own."""

    error: Nothing = None
    base_resp: None = None
    header: None = None
    Response: None = None
    ResponseMetadata: None = None
    error_code: None = None
    errorCode: None = None
    err_code: None = None
    errcode: None = None
    ErrorCode: None = None
    success: None = None
    errors: None = None
    code: None = None
    fault: None = None


class NoCost(NoFault, gc=False, kw_only=True):
    """Nor with a cost beside the usage (`reported_cost.py`)."""

    provider_metadata: None = None
    providerMetadata: None = None
    _hidden_params: None = None
    response_cost: None = None
    estimated_cost: None = None
    inference_status: None = None
    associated_dollar_cost: None = None


class _Function(msgspec.Struct, gc=False):
    arguments: str
    name: Nothing = None


class _Call(msgspec.Struct, gc=False):
    function: _Function
    index: int
    id: Nothing = None
    custom: None = None


class ChatDelta(msgspec.Struct, gc=False):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    thinking: str | None = None
    reasoning_details: list[msgspec.Raw] | None = None
    tool_calls: list[_Call] | None = None
    refusal: Nothing = None
    function_call: None = None
    images: Empty = None
    audio: None = None
    provider_metadata: None = None


class _ChatChoice(NoFault, gc=False, kw_only=True):
    delta: ChatDelta
    index: Literal[0] | None = 0
    finish_reason: Nothing = None
    object: None = None
    type: None = None
    usage: None = None
    message: None = None


class _Chunk(NoCost, gc=False, kw_only=True):
    id: str | None = None
    model: str | None = None
    service_tier: str | None = None
    type: None = None
    usage: None = None
    timings: None = None


class _ChatChunk(_Chunk, gc=False, kw_only=True):
    choices: tuple[_ChatChoice]
    object: Literal["chat.completion.chunk", ""] | None = None
    x_groq: None = None


class _TextChoice(msgspec.Struct, gc=False):
    text: str
    index: Literal[0] | None = 0
    finish_reason: Nothing = None


class _TextChunk(_Chunk, gc=False, kw_only=True):
    choices: tuple[_TextChoice]
    object: Literal["text_completion", "text_completion.chunk", ""] | None = None
    content: None = None
    stop: None = None


class _BlockDelta(msgspec.Struct, gc=False):
    type: Literal["text_delta", "thinking_delta", "input_json_delta"]
    text: str = ""
    thinking: str = ""
    partial_json: str = ""


class _BlockEvent(NoCost, gc=False, kw_only=True):
    type: Literal["content_block_delta"]
    delta: _BlockDelta
    index: int = 0
    object: None = None


class _ResponseEvent(NoCost, gc=False, kw_only=True):
    type: str
    delta: str
    item_id: str = ""
    output_index: int | None = None
    content_index: int | msgspec.UnsetType = msgspec.UNSET
    summary_index: int | msgspec.UnsetType = msgspec.UNSET
    name: Nothing = None
    object: None = None


class _Part(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    text: str
    thought: bool = False


class _Content(msgspec.Struct, gc=False):
    parts: list[_Part]


class _Candidate(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    content: _Content
    index: Literal[0] = 0
    safetyRatings: msgspec.Raw | None = None


# Gemini's reader respells names that it doesn't know: none may be here.
class _GeminiEvent(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    candidates: tuple[_Candidate]
    usageMetadata: dict[str, msgspec.Raw] | None = None
    modelVersion: str | None = None
    responseId: str | None = None
    createTime: str | None = None


class _OllamaMessage(msgspec.Struct, gc=False, frozen=True):
    content: str | None = None
    thinking: str | None = None
    tool_calls: Empty = None


_NO_MESSAGE = _OllamaMessage()


class _OllamaEvent(NoCost, gc=False, kw_only=True):
    model: str | None = None
    message: _OllamaMessage = _NO_MESSAGE
    response: str | None = None
    thinking: str | None = None
    done: bool = False
    prompt_eval_count: None = None
    eval_count: None = None
    usage: None = None
    object: None = None
    type: None = None


class _CohereText(msgspec.Struct, gc=False):
    text: str
    thinking: Nothing = None


class _CohereMessage(msgspec.Struct, gc=False):
    content: _CohereText


class _CohereDelta(msgspec.Struct, gc=False):
    message: _CohereMessage


class _CohereEvent(NoCost, gc=False, kw_only=True):
    type: Literal["content-delta"]
    delta: _CohereDelta
    index: int = 0
    object: None = None


class _ConverseDelta(msgspec.Struct, gc=False):
    text: str
    toolUse: None = None
    reasoningContent: None = None


class _ConverseEvent(NoCost, gc=False, kw_only=True):
    delta: _ConverseDelta
    contentBlockIndex: int = 0
    object: None = None
    type: None = None


class _StudioEvent(NoCost, gc=False, kw_only=True):
    type: Literal["message.delta", "reasoning.delta"]
    content: str
    object: None = None


chat_chunk = msgspec.json.Decoder(_ChatChunk).decode
text_chunk = msgspec.json.Decoder(_TextChunk).decode
block_event = msgspec.json.Decoder(_BlockEvent).decode
response_event = msgspec.json.Decoder(_ResponseEvent).decode
gemini_event = msgspec.json.Decoder(_GeminiEvent).decode
ollama_event = msgspec.json.Decoder(_OllamaEvent).decode
cohere_event = msgspec.json.Decoder(_CohereEvent).decode
converse_event = msgspec.json.Decoder(_ConverseEvent).decode
studio_event = msgspec.json.Decoder(_StudioEvent).decode


def _names(shapes: Iterable[object]) -> Iterator[str]:
    for shape in shapes:
        if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
            yield from shape.__struct_encode_fields__


LOOKED_AT = frozenset(_names(list(vars().values())))
"""Names of members whose value may mean something."""

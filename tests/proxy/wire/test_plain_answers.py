"""A whole answer read at once says what the careful reading of it says."""

from __future__ import annotations

import json
import random
from collections import Counter
from copy import deepcopy
from typing import Any

import pytest

from proxy.wire import format_for, openai_usage, plain_answers
from proxy.wire.base import ResponseFacts
from proxy.wire.plain_answers import LONGEST, plain_answer
from tests.corpus.exchanges import Exchange, all_exchanges
from tests.proxy.wire.test_plain import NAMES, ODD

ROUNDS = 6
ANSWERS = [
    each
    for each in all_exchanges()
    if format_for(each.method, each.path.partition("?")[0]).name
    in plain_answers._FORMATS
    and each.answer[:1] == b"{"
]
USAGE = {
    **{"prompt_tokens": 1200, "completion_tokens": 300, "total_tokens": 1500},
    "prompt_tokens_details": {"cached_tokens": 1024, "audio_tokens": 0},
    "completion_tokens_details": {
        **{"reasoning_tokens": 64, "audio_tokens": 0},
        **{"accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0},
    },
}
CALLS = [
    {"id": name, "type": "function", "function": {"name": name, "arguments": '{"a":1}'}}
    for name in ("look", "write")
]
BILLED = {
    **{"input_tokens": 12, "output_tokens": 300, "service_tier": "standard"},
    **{"cache_creation_input_tokens": 900, "cache_read_input_tokens": 4000},
    "cache_creation": {
        "ephemeral_5m_input_tokens": 0,
        "ephemeral_1h_input_tokens": 900,
    },
    "server_tool_use": {"web_search_requests": 0, "web_fetch_requests": 0},
}
BLOCKS = [
    {"type": "thinking", "thinking": "well", "signature": "c2ln"},
    {"type": "text", "text": "Hello", "citations": None},
    {"type": "tool_use", "id": "t_1", "name": "look", "input": {"a": [1, 1.5, "é"]}},
]
MESSAGES: list[dict[str, Any]] = [
    {"role": "assistant", "content": "Hi", "refusal": None, "annotations": []},
    {"role": "assistant", "content": None, "tool_calls": CALLS},
    {"role": "assistant", "content": "Hi", "reasoning_content": "So"},
    {"role": "assistant", "content": ""},
]
ORDINARY: list[dict[str, Any]] = [
    *(
        {
            **{"id": "chatcmpl-1", "object": "chat.completion", "model": "gpt-5"},
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            **{"usage": usage, "service_tier": "default", "system_fingerprint": "f"},
        }
        for message in MESSAGES
        for usage in (
            USAGE,
            {"prompt_tokens": 9, "completion_tokens": 2, "prompt_cache_hit_tokens": 4},
            {"prompt_tokens": 9, "completion_tokens": 2, "queue_time": 0.1},
            None,
        )
    ),
    *(
        {
            **{"id": "msg_1", "type": "message", "role": "assistant", "model": "m"},
            **{"content": content, "stop_reason": reason, "stop_sequence": None},
            "usage": BILLED,
        }
        for content in (BLOCKS, BLOCKS[1:2], BLOCKS[2:], [])
        for reason in ("end_turn", "tool_use", None)
    ),
]
ITEMS: list[dict[str, Any]] = [
    {
        **{"id": "rs_1", "type": "reasoning", "encrypted_content": "gA"},
        "summary": [{"type": "summary_text", "text": "So"}],
    },
    {
        **{"id": "msg_1", "type": "message", "role": "assistant"},
        "content": [{"type": "output_text", "text": "Hi", "annotations": []}],
    },
    {
        **{"id": "f1", "type": "function_call", "call_id": "c1", "name": "look"},
        **{"arguments": '{"a":1}', "status": "completed"},
    },
]
COUNTED = {
    **{"input_tokens": 900, "output_tokens": 80, "total_tokens": 980},
    "input_tokens_details": {"cached_tokens": 512},
    "output_tokens_details": {"reasoning_tokens": 64},
}
ORDINARY += [
    {
        **{"id": "resp_1", "object": "response", "model": "gpt-5", "error": None},
        **{"status": "completed", "incomplete_details": None, "background": False},
        **{"output": items, "usage": usage, "tools": [], "service_tier": "default"},
    }
    for items in (ITEMS, ITEMS[1:2], ITEMS[2:], [])
    for usage in (COUNTED, None)
]
ORDINARY += [
    {
        **{"object": "list", "model": "text-embedding-3-small"},
        "data": [{"object": "embedding", "index": 0, "embedding": [0.1, -2e-3]}],
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }
    for tokens in range(12)
]
METADATA = {
    **{"promptTokenCount": 90, "candidatesTokenCount": 8, "totalTokenCount": 98},
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 90}],
}
ORDINARY += [
    {
        "candidates": [
            {"content": {"role": "model", "parts": parts}, "finishReason": "STOP"}
        ],
        **{"usageMetadata": usage, "modelVersion": "gemini-3", "responseId": "r"},
    }
    for parts in (
        [{"text": "Hi"}],
        [{"text": "So", "thought": True}, {"text": "Hi", "thoughtSignature": "aa"}],
    )
    for usage in (
        METADATA,
        {**METADATA, "thoughtsTokenCount": 7, "cachedContentTokenCount": 64},
        {**METADATA, "trafficType": "ON_DEMAND", "toolUsePromptTokenCount": 4},
        None,
    )
]
PATHS = {
    **{"content": "/v1/messages", "choices": "/v1/chat/completions"},
    **{"output": "/v1/responses", "data": "/v1/embeddings"},
    "candidates": "/v1beta/models/m:generateContent",
}
ANSWERS += [
    Exchange(
        name=f"ordinary/{number}",
        method="POST",
        path=next(path for member, path in PATHS.items() if member in answer),
        asked=b"{}",
        status=200,
        content_type="application/json; charset=utf-8",
        answer=json.dumps(answer).encode(),
    )
    for number, answer in enumerate(ORDINARY)
]
MORE = (
    *("prompt_tokens", "completion_tokens", "total_tokens", "input_tokens", "usage"),
    *("output_tokens", "cached_tokens", "reasoning_tokens", "audio_tokens", "content"),
    *(
        "cache_creation_input_tokens",
        "cache_read_input_tokens",
        "tool_calls",
        "choices",
    ),
    *("iterations", "service_tier", "inference_geo", "speed", "finish_reason", "input"),
    *("status", "incomplete_details", "summary", "background", "tool_usage", "data"),
    *("usageMetadata", "usage_metadata", "groundingMetadata", "thoughtsTokenCount"),
    *("promptFeedback", "finish_reason", "candidatesTokenCount", "trafficType"),
    *("x_groq", "model_id", "provider_metadata", "response_cost", "is_byok", "cost"),
    *openai_usage._BESIDE,
)
VALUES = (*ODD, 7, 12, 10**12, 10**12 + 1, "stop", "failed", "a\0b", "é" * 300, 1.0)


def careful(exchange: Exchange, answer: bytes) -> ResponseFacts:
    form = format_for(exchange.method, exchange.path.partition("?")[0])
    reader = form.reader(exchange.status, exchange.content_type)
    reader.feed(answer)
    return reader.finish()


def quick(exchange: Exchange, answer: bytes) -> ResponseFacts | None:
    name = format_for(exchange.method, exchange.path.partition("?")[0]).name
    return plain_answer(name, exchange.status, exchange.content_type, answer)


def check(exchange: Exchange, answer: bytes, served: Counter[str]) -> None:
    facts = quick(exchange, answer)
    if facts is not None:
        served[format_for(exchange.method, exchange.path.partition("?")[0]).name] += 1
        assert facts == careful(exchange, answer), (exchange.name, answer)


def test_every_answer_reads_the_same_both_ways() -> None:
    served = Counter[str]()
    for exchange in ANSWERS:
        check(exchange, exchange.answer, served)
    assert set(served) == set(plain_answers._FORMATS), served
    assert all(count >= 8 for count in served.values()), served


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_answers_with_odd_members_read_the_same_both_ways(seed: int) -> None:
    source, served = random.Random(seed), Counter[str]()
    for exchange in ANSWERS:
        for _ in range(10):
            check(exchange, mutated(exchange.answer, source), served)
    assert all(count >= 5 for count in served.values()), served


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_damaged_answers_read_the_same_both_ways(seed: int) -> None:
    source, served = random.Random(seed), Counter[str]()
    for exchange in ANSWERS * 4:
        answer = bytearray(exchange.answer)
        for _ in range(source.randrange(1, 4)):
            answer[source.randrange(len(answer))] = source.choice(b'\xff\x00"\\0a,:{} ')
        check(exchange, bytes(answer), served)
    assert served.total() > 5, served


def mutated(answer: bytes, source: random.Random) -> bytes:
    """With one or two other members or values in its JSON."""
    try:
        value = json.loads(answer)
    except ValueError:
        return answer
    for _ in range(source.choice((1, 1, 2))):
        inner: list[Any] = [value]
        for each in inner:
            found = each.values() if isinstance(each, dict) else each
            inner += [one for one in found if isinstance(one, dict | list)]
        chosen = source.choice([each for each in inner if isinstance(each, dict)])
        names = source.choice([NAMES, MORE, list(chosen) or MORE])
        chosen[source.choice(names)] = deepcopy(source.choice(VALUES))
    return json.dumps(value, ensure_ascii=source.random() < 0.5).encode(
        errors="surrogatepass"
    )


@pytest.mark.parametrize(
    ("status", "content_type", "size"),
    [
        *((500, "application/json", 0), (200, "application/x-ndjson", 0)),
        *((200, "audio/mpeg", 0), (200, "application/json", LONGEST)),
    ],
)
def test_what_is_no_short_answer_is_read_carefully(
    status: int, content_type: str, size: int
) -> None:
    said = {"message": {"content": "a" * size}}
    answer = json.dumps({"choices": [said]}).encode()
    assert plain_answer("openai-chat", status, content_type, answer) is None
    assert (
        plain_answer("openai-chat", 200, "application/json", b'{"choices":[{}]}')
        is None
    )

"""The built-in model through httpx, in every dialect, as a client would call it."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
import time
from typing import Any

import httpx
import pytest

from proxy.demo.behaviour import MODELS
from proxy.demo.transport import DemoTransport

FAST = "weir-demo-fast"
TOOL = {
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}


def post(path: str, *, transport: DemoTransport | None = None, **body: Any) -> Any:
    return send("POST", path, json.dumps(body).encode(), transport)


def send(
    method: str,
    path: str,
    content: bytes = b"",
    transport: DemoTransport | None = None,
) -> httpx.Response:
    async def call() -> httpx.Response:
        engine = transport or DemoTransport()
        async with httpx.AsyncClient(transport=engine, base_url="http://demo") as http:
            return await http.request(method, path, content=content)

    return asyncio.run(call())


def chat(text: str = "hi", model: str = FAST, **body: Any) -> Any:
    messages = [{"role": "user", "content": text}]
    return post("/v1/chat/completions", model=model, messages=messages, **body)


def events(answer: httpx.Response) -> list[Any]:
    lines = answer.text.replace("\r\n", "\n").split("\n")
    data = [line[6:] for line in lines if line.startswith("data: ")]
    return [json.loads(each) for each in data if each != "[DONE]"]


# --- OpenAI -------------------------------------------------------------------------


def test_chat_answers_with_usage() -> None:
    answer = chat("count to 3").json()
    assert answer["choices"][0]["message"]["content"] == "1, 2, 3"
    assert answer["usage"]["prompt_tokens"] == 7
    assert answer["usage"]["completion_tokens"] == 5
    assert answer["model"] == FAST


def test_chat_streams_and_ends_with_done() -> None:
    answer = chat("count to 9", stream=True)
    assert answer.headers["content-type"].startswith("text/event-stream")
    deltas = [event["choices"][0]["delta"] for event in events(answer)]
    text = "".join(delta.get("content") or "" for delta in deltas)
    assert text == "1, 2, 3, 4, 5, 6, 7, 8, 9"
    assert answer.text.endswith("data: [DONE]\n\n")


def test_chat_stream_has_usage_only_when_asked() -> None:
    assert "usage" not in chat(stream=True).text
    asked = events(chat(stream=True, stream_options={"include_usage": True}))
    assert asked[-1]["choices"] == []
    assert asked[-1]["usage"]["total_tokens"] > 0
    assert [event["usage"] for event in asked[:-1]] == [None] * (len(asked) - 1)


def test_chat_calls_a_tool_and_then_answers() -> None:
    tools = [{"type": "function", "function": TOOL}]
    first = chat("weather in Paris", tools=tools).json()["choices"][0]
    call = first["message"]["tool_calls"][0]
    assert first["finish_reason"] == "tool_calls"
    assert json.loads(call["function"]["arguments"]) == {"city": "Paris"}
    result = {"role": "tool", "tool_call_id": call["id"], "content": "sunny"}
    history = [
        {"role": "user", "content": "weather in Paris"},
        first["message"],
        result,
    ]
    second = post("/v1/chat/completions", model=FAST, messages=history, tools=tools)
    assert second.json()["choices"][0]["finish_reason"] == "stop"


def test_streamed_tool_arguments_join_to_json() -> None:
    tools = [{"type": "function", "function": TOOL}]
    parts = [
        call["function"].get("arguments", "")
        for event in events(chat("weather in Rome", tools=tools, stream=True))
        for call in event["choices"][0]["delta"].get("tool_calls", [])
    ]
    assert json.loads("".join(parts)) == {"city": "Rome"}


def test_a_growing_history_is_cached() -> None:
    transport = DemoTransport()
    history = [{"role": "user", "content": "word " * 200}]
    path = "/v1/chat/completions"
    post(path, transport=transport, model=FAST, messages=history)
    history.append({"role": "user", "content": "more"})
    second = post(path, transport=transport, model=FAST, messages=history)
    details = second.json()["usage"]["prompt_tokens_details"]
    assert details == {"cached_tokens": 204}


def test_legacy_completion() -> None:
    answer = post("/v1/completions", model=FAST, prompt="count to 2").json()
    assert answer["choices"][0]["text"] == "1, 2"


def test_responses_in_one_piece_and_streamed_agree() -> None:
    whole = post("/v1/responses", model=FAST, input="count to 4").json()
    stream = events(post("/v1/responses", model=FAST, input="count to 4", stream=True))
    assert stream[-1]["type"] == "response.completed"
    last = stream[-1]["response"]
    assert last["usage"] == whole["usage"]
    assert last["output"][0]["content"] == whole["output"][0]["content"]
    assert [event["sequence_number"] for event in stream] == list(range(len(stream)))


def test_completions_answer_a_prompt_whole_and_streamed() -> None:
    asked: dict[str, Any] = {"model": FAST, "prompt": ["count", "to 3"]}
    whole = post("/v1/completions", **asked).json()
    assert whole["object"] == "text_completion"
    assert whole["choices"][0]["finish_reason"] == "stop"
    options = {"include_usage": True}
    streamed = events(
        post("/v1/completions", **asked, stream=True, stream_options=options)
    )
    texts = [choice["text"] for event in streamed for choice in event["choices"]]
    assert "".join(texts) == whole["choices"][0]["text"]
    assert streamed[-1]["usage"] == whole["usage"]


def test_gemini_counts_tokens_of_both_ways_to_ask() -> None:
    turns = [{"role": "user", "parts": [{"text": "one two three"}]}]
    path = f"/v1beta/models/{FAST}:countTokens"
    plain = post(path, contents=turns).json()["totalTokens"]
    asked = {"model": f"models/{FAST}", "contents": turns}
    assert post(path, generateContentRequest=asked).json()["totalTokens"] == plain > 0


def test_embeddings_are_unit_vectors_in_both_encodings() -> None:
    plain = post("/v1/embeddings", model=FAST, input=["a", "b"]).json()
    vectors = [entry["embedding"] for entry in plain["data"]]
    assert sum(value * value for value in vectors[0]) == pytest.approx(1, abs=1e-6)
    assert vectors[0] != vectors[1]
    answer = post("/v1/embeddings", model=FAST, input="a", encoding_format="base64")
    packed = answer.json()["data"][0]["embedding"]
    unpacked = struct.unpack("<256f", base64.b64decode(packed))
    assert list(unpacked) == pytest.approx(vectors[0], abs=1e-6)
    assert plain["usage"] == {"prompt_tokens": 2, "total_tokens": 2}


@pytest.mark.parametrize("path", ["/v1/models", "/v1beta/models"])
def test_models_are_listed(path: str) -> None:
    answer = send("GET", path).json()
    names = [entry.get("id") or entry["name"] for entry in next(iter_lists(answer))]
    assert [name.removeprefix("models/") for name in names] == list(MODELS)


def iter_lists(value: Any) -> Any:
    return (part for part in value.values() if isinstance(part, list))


# --- Anthropic ----------------------------------------------------------------------


def messages(text: str = "hi", model: str = FAST, **body: Any) -> Any:
    asked = [{"role": "user", "content": text}]
    return post("/v1/messages", model=model, messages=asked, **body)


def test_anthropic_input_leaves_cached_tokens_out() -> None:
    transport = DemoTransport()
    for _ in range(2):
        answer = messages("word " * 200, transport=transport, max_tokens=99)
    usage = answer.json()["usage"]
    assert (usage["input_tokens"], usage["cache_read_input_tokens"]) == (1, 203)


def test_anthropic_stream_has_its_events_in_order() -> None:
    found = events(messages("count to 2", stream=True, max_tokens=99))
    kinds = [event["type"] for event in found]
    assert kinds[:3] == ["message_start", "ping", "content_block_start"]
    assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    assert found[-2]["usage"] == {"output_tokens": 3}


def test_anthropic_tool_results_end_the_loop() -> None:
    tools = [{"name": "get_weather", "input_schema": TOOL["parameters"]}]
    first = messages("weather Oslo", tools=tools, max_tokens=99).json()
    assert first["stop_reason"] == "tool_use"
    result = {"type": "tool_result", "tool_use_id": first["content"][0]["id"]}
    note = {"type": "text", "text": "a reminder"}
    history = [
        {"role": "user", "content": "weather Oslo"},
        {"role": "assistant", "content": first["content"]},
        {"role": "user", "content": [{**result, "content": "sunny"}, note]},
    ]
    body: dict[str, Any] = {"messages": history, "tools": tools, "max_tokens": 99}
    last = post("/v1/messages", model=FAST, **body).json()
    assert last["stop_reason"] == "end_turn"


def test_count_tokens_agrees_with_the_answer() -> None:
    asked = [{"role": "user", "content": "hi there"}]
    counted = post("/v1/messages/count_tokens", model=FAST, messages=asked).json()
    used = messages("hi there").json()["usage"]["input_tokens"]
    assert counted == {"input_tokens": used}


# --- Gemini and Ollama ----------------------------------------------------------------


def gemini(verb: str, text: str = "count to 6", **body: Any) -> Any:
    contents = [{"role": "user", "parts": [{"text": text}]}]
    return post(f"/v1beta/models/{FAST}:{verb}", contents=contents, **body)


def gemini_text(answers: list[Any]) -> str:
    parts = [each["candidates"][0]["content"]["parts"][0] for each in answers]
    return "".join(part["text"] for part in parts)


def test_gemini_says_the_same_whole_as_sse_and_as_array() -> None:
    whole = gemini("generateContent").json()
    as_sse = events(gemini("streamGenerateContent?alt=sse"))
    as_array = gemini("streamGenerateContent").json()
    assert len(as_sse) == len(as_array) > 1
    texts = {gemini_text(each) for each in ([whole], as_sse, as_array)}
    assert texts == {"1, 2, 3, 4, 5, 6"}
    assert as_sse[-1]["usageMetadata"] == whole["usageMetadata"]
    assert as_sse[-1]["candidates"][0]["finishReason"] == "STOP"


SPELLINGS: list[Any] = [
    {"functionDeclarations": [TOOL]},
    {"function_declarations": [TOOL]},
    {
        "functionDeclarations": [
            {"name": TOOL["name"], "parameters_json_schema": TOOL["parameters"]}
        ]
    },
]


@pytest.mark.parametrize("tool", SPELLINGS)
def test_gemini_calls_a_declared_function(tool: Any) -> None:
    tools = [tool]
    answer = gemini("generateContent", "weather in Bonn", tools=tools).json()
    call = answer["candidates"][0]["content"]["parts"][0]["functionCall"]
    assert call == {"name": "get_weather", "args": {"city": "Bonn"}}


def test_ollama_streams_lines_unless_told_otherwise() -> None:
    asked = [{"role": "user", "content": "count to 3"}]
    stream = post("/api/chat", model=FAST, messages=asked)
    lines = [json.loads(line) for line in stream.text.splitlines()]
    assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]
    assert "".join(line["message"]["content"] for line in lines) == "1, 2, 3"
    whole = post("/api/chat", model=FAST, messages=asked, stream=False).json()
    assert whole["eval_count"] == lines[-1]["eval_count"] == 5


# --- failures and pace ----------------------------------------------------------------


def test_errors_have_each_providers_shape() -> None:
    limited = chat(model="weir-demo-error-429")
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "1")
    assert limited.json()["error"]["type"] == "rate_limit"
    claude = messages(model="weir-demo-error-529")
    assert claude.json()["error"]["type"] == "overloaded_error"
    google = post("/v1beta/models/weir-demo-error-503:generateContent", contents=[])
    assert google.json()["error"]["status"] == "UNAVAILABLE"
    ollama = post("/api/chat", model="weir-demo-error-500", messages=[])
    assert isinstance(ollama.json()["error"], str)


def test_a_stream_can_fail_inside_a_200() -> None:
    answer = chat(model="weir-demo-error-stream", stream=True)
    assert answer.status_code == 200
    assert "error" in events(answer)[-1]
    assert "[DONE]" not in answer.text


@pytest.mark.parametrize("stream", [True, False])
def test_a_cut_answer_breaks_the_connection(stream: bool) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        chat(model="weir-demo-cut", stream=stream)


@pytest.mark.parametrize("body", [b"[1]", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_a_400(body: bytes) -> None:
    assert send("POST", "/v1/chat/completions", body).status_code == 400


@pytest.mark.parametrize(
    "body", [{}, {"messages": 3, "tools": "x", "tool_choice": []}, {"messages": [[]]}]
)
@pytest.mark.parametrize(
    "path",
    [
        "/v1/chat/completions",
        "/v1/completions",
        "/v1/responses",
        "/v1/embeddings",
        "/v1/messages",
        "/api/chat",
        "/v1/models/m:generateContent",
    ],
)
def test_odd_fields_still_get_an_answer(path: str, body: dict[str, Any]) -> None:
    assert post(path, **{"model": FAST, **body}).status_code == 200


def test_lone_surrogates_survive() -> None:
    answer = chat("say: \ud83d")
    assert answer.json()["choices"][0]["message"]["content"] == "\ud83d"


def test_an_unknown_path_is_a_404_that_names_it() -> None:
    answer = send("POST", "/v1/audio/speech", b"{}")
    assert answer.status_code == 404
    assert "/v1/audio/speech" in answer.text


def test_the_first_token_takes_its_time() -> None:
    started = time.monotonic()
    chat("say: ok", model="weir-demo", stream=True)
    assert 0.15 <= time.monotonic() - started < 2

"""The `openai` package: the same results through Weir, and every call recorded."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.desk import KEY, ROUTED, Desk, is_good, seconds_between

# Loading a client takes seconds, and every worker collects: who plays it loads it.
if TYPE_CHECKING:
    from openai import AsyncOpenAI, OpenAI

MODEL = "mock-fast"
COUNT: Any = [{"role": "user", "content": "count to 5"}]
USAGE: Any = {"include_usage": True}
TOOL: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
BASES = ["/v1", "/openai/v1", "/openai"]


def client(base: str, path: str = "/v1", **options: Any) -> OpenAI:
    from openai import OpenAI

    return OpenAI(api_key=KEY, base_url=base + path, **{"max_retries": 0, **options})


def later(base: str, path: str = "/v1") -> AsyncOpenAI:
    from openai import AsyncOpenAI

    return AsyncOpenAI(api_key=KEY, base_url=base + path, max_retries=0)


@pytest.mark.parametrize("path", BASES)
def test_chat(desk: Desk, path: str) -> None:
    def ask(base: str) -> Any:
        with client(base, path) as api:
            return api.chat.completions.create(model=MODEL, messages=COUNT)

    got, [row] = desk.both(ask)
    assert got.choices[0].message.content == "1, 2, 3, 4, 5"
    is_good(row, MODEL)
    used = (got.usage.prompt_tokens, got.usage.completion_tokens)
    assert (row["input_tokens"], row["output_tokens"]) == used
    assert row["finish_reason"] == "stop"
    if path != "/v1":
        assert row["provider"] == "openai"
    assert row["wire_format"] == "openai-chat"


def test_the_client_s_key_reaches_the_provider_and_not_the_database(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with client(base) as api:
            return api.chat.completions.create(model=MODEL, messages=COUNT)

    _, [row] = desk.recorded(ask)
    assert desk.last_call().key == f"Bearer {KEY}"
    assert KEY not in str(desk.detail(row))


@pytest.mark.parametrize("model", [ROUTED, "weir-demo-fast"])
def test_models_that_weir_knows_where_to_find(desk: Desk, model: str) -> None:
    def ask(base: str) -> Any:
        with client(base) as api:
            return api.chat.completions.create(model=model, messages=COUNT)

    got, [row] = desk.both(ask)
    assert got.model == model
    is_good(row, model)
    assert row["route"] == (ROUTED if model == ROUTED else "")


def chat_stream(api: OpenAI, **options: Any) -> list[Any]:
    asked = api.chat.completions.create(
        model=MODEL, messages=COUNT, stream=True, **options
    )
    with asked as stream:
        return list(stream)


def test_chat_stream(desk: Desk) -> None:
    """The client hangs up at [DONE], before the body's last chunk: a success."""

    def ask(base: str) -> Any:
        with client(base) as api:
            return chat_stream(api, stream_options=USAGE)

    chunks, [row] = desk.both(ask)
    is_good(row, MODEL, stream=True)
    assert row["output_tokens"] == chunks[-1].usage.completion_tokens
    assert row["ttft_ms"] is not None


def test_a_client_that_asks_for_no_usage_sees_none_yet_it_is_known(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with client(base) as api:
            return chat_stream(api)

    chunks, [row] = desk.both(ask)
    assert all(chunk.usage is None and chunk.choices for chunk in chunks)
    is_good(row, MODEL, stream=True)
    assert row["output_tokens"]


def test_async_chat_and_stream_at_once(desk: Desk) -> None:
    async def one(api: AsyncOpenAI) -> Any:
        return await api.chat.completions.create(model=MODEL, messages=COUNT)

    async def streamed(api: AsyncOpenAI) -> list[Any]:
        stream = await api.chat.completions.create(
            model=MODEL, messages=COUNT, stream=True, stream_options=USAGE
        )
        return [chunk async for chunk in stream]

    async def all_of(base: str) -> Any:
        async with later(base) as api:
            calls = [one(api), streamed(api), one(api), streamed(api)]
            return await asyncio.gather(*calls)

    _, rows = desk.both(lambda base: asyncio.run(all_of(base)), rows=4)
    assert sorted(row["is_stream"] for row in rows) == [0, 0, 1, 1]
    for row in rows:
        is_good(row, MODEL, stream=bool(row["is_stream"]))


@pytest.mark.parametrize("is_stream", [False, True], ids=["whole", "stream"])
def test_a_tool_loop_is_one_conversation(desk: Desk, is_stream: bool) -> None:
    def ask(base: str) -> Any:
        with client(base) as api:
            return tool_loop(api, is_stream)

    said, rows = desk.both(ask, rows=2)
    assert "1 tool result" in said
    for row in rows:
        is_good(row, MODEL, stream=is_stream)
    assert [row["tool_call_count"] for row in rows] == [1, 0]
    assert [row["finish_reason"] for row in rows] == ["tool_calls", "stop"]
    assert list(desk.detail(rows[0]).tool_calls) == ["get_weather"]
    assert rows[0]["conversation_id"] == rows[1]["conversation_id"]


def tool_loop(api: OpenAI, is_stream: bool) -> str:
    """Ask, run the tool, ask again; the last words."""
    asked = f"Weather, stream {is_stream}, for {api.base_url.port}: Paris"
    messages: list[Any] = [{"role": "user", "content": asked}]
    for _ in range(5):
        message = complete(api, messages, is_stream)
        messages.append(message.model_dump(exclude_none=True, exclude={"parsed"}))
        if not message.tool_calls:
            return str(message.content).replace(str(api.base_url.port), "")
        for call in message.tool_calls:
            city = json.loads(call.function.arguments)["city"]
            assert city == "Paris"
            result = {"role": "tool", "tool_call_id": call.id, "content": "sunny"}
            messages.append(result)
    raise AssertionError("the loop has no end")


def complete(api: OpenAI, messages: list[Any], is_stream: bool) -> Any:
    if not is_stream:
        answer = api.chat.completions.create(
            model=MODEL, messages=messages, tools=[TOOL]
        )
        return answer.choices[0].message
    with api.chat.completions.stream(
        model=MODEL, messages=messages, tools=[TOOL], stream_options=USAGE
    ) as stream:
        return stream.get_final_completion().choices[0].message


def test_embeddings(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with client(base) as api:
            return api.embeddings.create(model="mock-embedding", input=["one", "two"])

    got, [row] = desk.both(ask)
    assert len(got.data) == 2
    is_good(row, "mock-embedding")
    assert row["operation"] == "embeddings"


def test_models(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with client(base) as api:
            return [model.id for model in api.models.list()]

    got, [row] = desk.both(ask)
    assert "weir-demo" in got
    assert (row["operation"], row["is_success"]) == ("models", 1)


# --- errors, retries, leaving -----------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 404, 500])
def test_an_error_is_the_provider_s_own(desk: Desk, status: int) -> None:
    from openai import APIStatusError

    def ask(base: str) -> Any:
        with client(base) as api, pytest.raises(APIStatusError) as caught:
            api.chat.completions.create(model=f"mock-error-{status}", messages=COUNT)
        error = caught.value
        return [type(error).__name__, error.status_code, error.body, str(error)]

    _, [row] = desk.both(ask)
    assert (row["outcome"], row["status"], row["is_success"]) == (
        "completed",
        status,
        0,
    )
    assert "always answers" in row["error"]


def test_a_429_is_waited_out_and_both_attempts_are_recorded(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with client(base, max_retries=2) as api:
            return api.with_options(api_key=base).chat.completions.create(
                model="mock-busy-chat-fast", messages=COUNT
            )

    _, rows = desk.both(ask, rows=2)
    assert [(row["status"], row["is_success"]) for row in rows] == [(429, 0), (200, 1)]
    assert [row["outcome"] for row in rows] == ["completed", "completed"]
    headers = dict(desk.detail(rows[0]).response_headers)
    assert headers["retry-after"] == "1"
    assert 0.9 < seconds_between(rows) < 5


def test_an_error_inside_a_stream(desk: Desk) -> None:
    from openai import APIError

    def ask(base: str) -> Any:
        with client(base) as api, pytest.raises(APIError) as caught:
            list(
                api.chat.completions.create(
                    model="mock-error-stream",
                    messages=[{"role": "user", "content": "count to 40"}],
                    stream=True,
                )
            )
        return str(caught.value)

    said, [row] = desk.both(ask)
    assert (row["outcome"], row["status"], row["is_success"]) == ("completed", 200, 0)
    assert row["error"]
    assert row["error"] in said


def test_a_stream_that_breaks(desk: Desk) -> None:
    from openai import APIError

    def ask(base: str) -> Any:
        words: list[str] = []
        with client(base) as api, pytest.raises(APIError) as caught:
            collect(api, words)
        return [words, type(caught.value).__name__]

    (words, _), [row] = desk.both(ask)
    assert words
    assert (row["outcome"], row["status"], row["is_success"]) == ("interrupted", 200, 0)


def collect(api: OpenAI, words: list[str]) -> None:
    asked: Any = [{"role": "user", "content": "count to 40"}]
    stream = api.chat.completions.create(model="mock-cut", messages=asked, stream=True)
    words.extend(chunk.choices[0].delta.content or "" for chunk in stream)


LONG: Any = [{"role": "user", "content": "count to 400"}]


def test_a_stream_that_is_closed_early_ends_the_upstream_call(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with (
            client(base) as api,
            api.chat.completions.create(
                model="mock", messages=LONG, stream=True
            ) as stream,
        ):
            for number, _ in enumerate(stream):
                if number == 3:
                    break

    _, [row] = desk.recorded(ask)
    assert desk.last_call().gone.wait(2)
    assert (row["outcome"], row["status"], row["is_success"]) == ("client_gone", 200, 0)
    assert row["output_tokens"] is None


def test_an_async_call_that_is_cancelled_ends_the_upstream_call(desk: Desk) -> None:
    async def ask(base: str) -> None:
        async with later(base) as api:
            call = api.chat.completions.create(model="mock-slow", messages=COUNT)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(call, 0.5)

    _, [row] = desk.recorded(lambda base: asyncio.run(ask(base)))
    assert desk.last_call().gone.wait(2)
    assert (row["outcome"], row["status"]) == ("client_gone", None)


def test_an_async_stream_that_is_cancelled_ends_the_upstream_call(desk: Desk) -> None:
    async def ask(base: str) -> None:
        async with later(base) as api, asyncio.timeout(0.6):
            stream = await api.chat.completions.create(
                model="mock", messages=LONG, stream=True
            )
            async for _ in stream:
                pass

    def give_up(base: str) -> None:
        with pytest.raises(TimeoutError):
            asyncio.run(ask(base))

    _, [row] = desk.recorded(give_up)
    assert desk.last_call().gone.wait(2)
    assert (row["outcome"], row["status"], row["is_success"]) == ("client_gone", 200, 0)

"""The `google-genai` package: the same results through Weir, every call recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.desk import KEY, Desk, is_good, seconds_between

if TYPE_CHECKING:
    from google import genai
    from google.genai import types

# The SDK's own subclass of aiohttp's session, on which aiohttp frowns.
pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")

MODEL = "mock-fast"
TOOL: Any = {
    "name": "get_weather",
    "parameters_json_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}
WITH_TOOL: Any = {
    "tools": [{"function_declarations": [TOOL]}],
    "automatic_function_calling": {"disable": True},
}
RETRY = {"attempts": 3, "initial_delay": 0.2, "jitter": 0}


def client(base: str, path: str = "", key: str = KEY, **options: Any) -> genai.Client:
    from google import genai
    from google.genai import types

    http = types.HttpOptions(base_url=base + path, **options)
    return genai.Client(api_key=key, http_options=http)


@pytest.mark.parametrize("path", ["", "/google"])
@pytest.mark.parametrize("version", [None, "v1", "v1beta"])
def test_content(desk: Desk, path: str, version: str | None) -> None:
    def ask(base: str) -> Any:
        with client(base, path, api_version=version) as api:
            return api.models.generate_content(model=MODEL, contents="count to 5")

    got, [row] = desk.both(ask)
    assert got.text == "1, 2, 3, 4, 5"
    is_good(row, MODEL)
    assert row["provider"] == "google"
    assert row["wire_format"] == "gemini-generate"
    used = got.usage_metadata
    told = (row["input_tokens"], row["output_tokens"])
    assert told == (used.prompt_token_count, used.candidates_token_count)
    assert desk.last_call().key == KEY
    assert KEY not in str(desk.detail(row))


def test_the_built_in_model(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with client(base) as api:
            return api.models.generate_content(
                model="weir-demo-fast", contents="count to 5"
            )

    _, [row] = desk.both(ask)
    is_good(row, "weir-demo-fast")
    assert row["provider"] == "demo"


@pytest.mark.parametrize("path", ["", "/google"])
def test_a_stream(desk: Desk, path: str) -> None:
    def ask(base: str) -> Any:
        with client(base, path) as api:
            stream = api.models.generate_content_stream(
                model=MODEL, contents="count to 30"
            )
            return list(stream)

    chunks, [row] = desk.both(ask)
    is_good(row, MODEL, stream=True)
    assert row["output_tokens"] == chunks[-1].usage_metadata.candidates_token_count
    assert row["finish_reason"] == "STOP"


def test_async_calls_at_once(desk: Desk) -> None:
    async def ask(base: str) -> Any:
        asked: Any = {"model": MODEL, "contents": "count to 30"}
        async with client(base).aio as api:

            async def streamed() -> Any:
                stream = await api.models.generate_content_stream(**asked)
                return [chunk async for chunk in stream]

            whole = api.models.generate_content(**asked)
            return await asyncio.gather(whole, streamed(), streamed())

    _, rows = desk.both(lambda base: asyncio.run(ask(base)), rows=3)
    assert sorted(row["is_stream"] for row in rows) == [0, 1, 1]
    for row in rows:
        is_good(row, MODEL, stream=bool(row["is_stream"]))


@pytest.mark.parametrize("is_stream", [False, True], ids=["whole", "stream"])
def test_a_tool_loop_is_one_conversation(desk: Desk, is_stream: bool) -> None:
    def ask(base: str) -> Any:
        with client(base) as api:
            return tool_loop(api, is_stream)

    _, rows = desk.both(ask, rows=2)
    for row in rows:
        is_good(row, MODEL, stream=is_stream)
    assert [row["tool_call_count"] for row in rows] == [1, 0]
    assert rows[0]["conversation_id"] == rows[1]["conversation_id"] is not None


def tool_loop(api: genai.Client, is_stream: bool) -> Any:
    from google.genai import types

    question = f"weather, stream {is_stream}, in Paris"
    history = [types.Content(role="user", parts=[types.Part(text=question)])]
    content = complete(api, history, is_stream)
    [call] = [part.function_call for part in content.parts if part.function_call]
    assert (call.name, call.args) == ("get_weather", {"city": "Paris"})
    result = types.Part.from_function_response(
        name=call.name, response={"output": "sunny"}
    )
    history += [content, types.Content(role="user", parts=[result])]
    return complete(api, history, is_stream)


def complete(api: genai.Client, history: list[Any], is_stream: bool) -> Any:
    from google.genai import types

    asked: Any = {"model": MODEL, "contents": history, "config": WITH_TOOL}
    if not is_stream:
        return content_of(api.models.generate_content(**asked))
    chunks = api.models.generate_content_stream(**asked)
    parts = [part for each in chunks for part in content_of(each).parts or ()]
    return types.Content(role="model", parts=parts)


def content_of(answer: types.GenerateContentResponse) -> types.Content:
    [candidate] = answer.candidates or []
    assert candidate.content is not None
    return candidate.content


def test_counting_tokens(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with client(base) as api:
            return api.models.count_tokens(model=MODEL, contents="count to 5")

    _, [row] = desk.both(ask)
    assert (row["provider"], row["is_success"]) == ("google", 1)


# --- errors, retries, leaving -----------------------------------------------------


@pytest.mark.parametrize("status", [400, 404, 500])
def test_an_error_is_the_provider_s_own(desk: Desk, status: int) -> None:
    from google.genai.errors import APIError

    def ask(base: str) -> Any:
        asked: Any = {"model": f"mock-error-{status}", "contents": "hi"}
        with client(base) as api, pytest.raises(APIError) as caught:
            api.models.generate_content(**asked)
        error = caught.value
        return [type(error).__name__, error.code, error.status, error.message]

    _, [row] = desk.both(ask)
    told = (row["outcome"], row["status"], row["is_success"])
    assert told == ("completed", status, 0)
    assert "always answers" in row["error"]


def test_a_429_is_retried_and_both_attempts_are_recorded(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with client(base, key=base, retry_options=RETRY) as api:
            return api.models.generate_content(
                model="mock-busy-gemini-fast", contents="hi"
            )

    _, rows = desk.both(ask, rows=2)
    assert [(row["status"], row["is_success"]) for row in rows] == [(429, 0), (200, 1)]
    assert seconds_between(rows) > 0.1


@pytest.mark.parametrize("how", ["error-stream", "cut"])
def test_a_stream_that_fails(desk: Desk, how: str) -> None:
    def ask(base: str) -> Any:
        asked: Any = {"model": f"mock-{how}", "contents": "count to 40"}
        with client(base) as api, pytest.raises(Exception) as caught:
            list(api.models.generate_content_stream(**asked))
        return type(caught.value).__name__

    _, [row] = desk.both(ask)
    outcome = "interrupted" if how == "cut" else "completed"
    told = (row["outcome"], row["status"], row["is_success"])
    assert told == (outcome, 200, 0)


def test_a_stream_that_is_closed_early_ends_the_upstream_call(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with client(base) as api:
            stream = api.models.generate_content_stream(
                model="mock", contents="count to 400"
            )
            assert isinstance(stream, Generator)
            for number, _ in enumerate(stream):
                if number == 3:
                    break
            stream.close()

    _, [row] = desk.recorded(ask)
    assert desk.last_call().gone.wait(2)
    assert (row["outcome"], row["status"], row["is_success"]) == ("client_gone", 200, 0)

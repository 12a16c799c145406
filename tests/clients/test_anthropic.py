"""The `anthropic` package: the same results through Weir, and every call recorded."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.desk import KEY, Desk, is_good, seconds_between

if TYPE_CHECKING:
    from anthropic import Anthropic

MODEL = "mock-fast"
COUNT: Any = [{"role": "user", "content": "count to 5"}]
TOOL: Any = {
    "name": "get_weather",
    "description": "The weather of a city.",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}


def client(base: str, path: str = "", **options: Any) -> Anthropic:
    from anthropic import Anthropic

    options = {"api_key": KEY, "max_retries": 0, **options}
    return Anthropic(base_url=base + path, **options)


def asked(model: str = MODEL, messages: Any = COUNT, **more: Any) -> dict[str, Any]:
    return {"model": model, "max_tokens": 4000, "messages": messages, **more}


@pytest.mark.parametrize("path", ["", "/anthropic"])
def test_a_message(desk: Desk, path: str) -> None:
    def ask(base: str) -> Any:
        with client(base, path) as api:
            return api.messages.create(**asked())

    got, [row] = desk.both(ask)
    assert got.content[0].text == "1, 2, 3, 4, 5"
    is_good(row, MODEL)
    assert row["provider"] == "anthropic"
    assert row["wire_format"] == "anthropic-messages"
    used = (got.usage.input_tokens, got.usage.output_tokens)
    assert (row["input_tokens"], row["output_tokens"]) == used
    assert desk.last_call().key in (KEY, f"Bearer {KEY}")
    assert KEY not in str(desk.detail(row))


def test_the_built_in_model(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with client(base) as api:
            return api.messages.create(**asked("weir-demo-fast"))

    _, [row] = desk.both(ask)
    is_good(row, "weir-demo-fast")
    assert row["provider"] == "demo"


@pytest.mark.parametrize("path", ["", "/anthropic"])
def test_a_stream(desk: Desk, path: str) -> None:
    def ask(base: str) -> Any:
        with client(base, path) as api, api.messages.stream(**asked()) as stream:
            return [list(stream.text_stream), stream.get_final_message()]

    (_, message), [row] = desk.both(ask)
    is_good(row, MODEL, stream=True)
    assert row["output_tokens"] == message.usage.output_tokens
    assert row["finish_reason"] == "end_turn"


def test_thinking_in_a_stream(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with (
            client(base) as api,
            api.messages.create(**asked("mock-reasoning"), stream=True) as stream,
        ):
            return list(stream)

    _, [row] = desk.both(ask)
    is_good(row, "mock-reasoning", stream=True)


def test_async_messages_at_once(desk: Desk) -> None:
    from anthropic import AsyncAnthropic

    async def ask(base: str) -> Any:
        async with AsyncAnthropic(api_key=KEY, base_url=base) as api:

            async def streamed() -> Any:
                async with api.messages.stream(**asked()) as stream:
                    return await stream.get_final_message()

            whole = api.messages.create(**asked())
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
    assert [row["finish_reason"] for row in rows] == ["tool_use", "end_turn"]
    assert [row["tool_call_count"] for row in rows] == [1, 0]
    assert rows[0]["conversation_id"] == rows[1]["conversation_id"] is not None


def tool_loop(api: Anthropic, is_stream: bool) -> Any:
    question = {"role": "user", "content": f"weather, stream {is_stream}, in Paris"}
    first = complete(api, [question], is_stream)
    call = next(block for block in first.content if block.type == "tool_use")
    assert call.input == {"city": "Paris"}
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "sunny"}
    history = [
        question,
        {"role": "assistant", "content": [first.content[0].model_dump()]},
        {"role": "user", "content": [result]},
    ]
    return complete(api, history, is_stream)


def complete(api: Anthropic, messages: list[Any], is_stream: bool) -> Any:
    whole = asked(messages=messages, tools=[TOOL])
    if not is_stream:
        return api.messages.create(**whole)
    with api.messages.stream(**whole) as stream:
        return stream.get_final_message()


def test_counting_tokens(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with client(base) as api:
            return api.messages.count_tokens(model=MODEL, messages=COUNT)

    _, [row] = desk.both(ask)
    assert (row["operation"], row["is_success"]) == ("count_tokens", 1)


def test_the_list_of_models_comes_from_anthropic(desk: Desk) -> None:
    """/v1/models is shared with OpenAI's clients; the version header tells."""

    def ask(base: str) -> Any:
        with client(base) as api:
            return [model.id for model in api.models.list()]

    _, [row] = desk.both(ask)
    assert (row["provider"], row["is_success"]) == ("anthropic", 1)


# --- errors, retries, leaving -----------------------------------------------------


@pytest.mark.parametrize("status", [400, 404, 500, 529])
def test_an_error_is_the_provider_s_own(desk: Desk, status: int) -> None:
    from anthropic import APIStatusError

    def ask(base: str) -> Any:
        with client(base) as api, pytest.raises(APIStatusError) as caught:
            api.messages.create(**asked(f"mock-error-{status}"))
        error = caught.value
        return [type(error).__name__, error.status_code, error.body, str(error)]

    _, [row] = desk.both(ask)
    told = (row["outcome"], row["status"], row["is_success"])
    assert told == ("completed", status, 0)
    assert "always answers" in row["error"]


def test_a_429_is_waited_out_and_both_attempts_are_recorded(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with client(base, api_key=base, max_retries=2) as api:
            return api.messages.create(**asked("mock-busy-messages-fast"))

    _, rows = desk.both(ask, rows=2)
    assert [(row["status"], row["is_success"]) for row in rows] == [(429, 0), (200, 1)]
    assert rows[0]["error_code"] == "rate_limit_error"
    assert 0.9 < seconds_between(rows) < 5


def test_an_error_inside_a_stream(desk: Desk) -> None:
    from anthropic import APIError

    def ask(base: str) -> Any:
        long = asked("mock-error-stream", [{"role": "user", "content": "count to 40"}])
        with client(base) as api, pytest.raises(APIError) as caught:
            list(api.messages.create(**long, stream=True))
        return str(caught.value)

    _, [row] = desk.both(ask)
    assert (row["outcome"], row["status"], row["is_success"]) == ("completed", 200, 0)
    assert "mid-stream" in row["error"]


def test_a_stream_that_breaks(desk: Desk) -> None:
    def ask(base: str) -> Any:
        words: list[str] = []
        with client(base) as api, pytest.raises(Exception) as caught:
            collect(api, words)
        return [words, type(caught.value).__name__]

    (words, _), [row] = desk.both(ask)
    assert words
    assert (row["outcome"], row["status"], row["is_success"]) == ("interrupted", 200, 0)
    assert row["input_tokens"]


def collect(api: Anthropic, words: list[str]) -> None:
    long = asked("mock-cut", [{"role": "user", "content": "count to 40"}])
    words.extend(event.type for event in api.messages.create(**long, stream=True))


def test_a_stream_that_is_closed_early_ends_the_upstream_call(desk: Desk) -> None:
    def ask(base: str) -> Any:
        long = asked("mock", [{"role": "user", "content": "count to 400"}])
        with client(base) as api, api.messages.stream(**long) as stream:
            for number, _ in enumerate(stream.text_stream):
                if number == 3:
                    break

    _, [row] = desk.recorded(ask)
    assert desk.last_call().gone.wait(2)
    assert (row["outcome"], row["status"], row["is_success"]) == ("client_gone", 200, 0)
    # What message_start told is kept: the input was used.
    assert row["input_tokens"]


def test_leaving_at_message_stop_is_success(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with (
            client(base) as api,
            api.messages.create(**asked(), stream=True) as stream,
        ):
            for event in stream:
                if event.type == "message_stop":
                    break

    _, [row] = desk.recorded(ask)
    is_good(row, MODEL, stream=True)
    assert row["output_tokens"]

"""The Responses API of the `openai` package: events, tools, turns by response id."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.desk import KEY, Desk, is_good, seconds_between

if TYPE_CHECKING:
    from openai import OpenAI

MODEL = "mock-fast"
TOOL: Any = {
    "type": "function",
    "name": "get_weather",
    "strict": False,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}


def client(base: str, **options: Any) -> OpenAI:
    from openai import OpenAI

    options = {"api_key": KEY, "max_retries": 0, **options}
    return OpenAI(base_url=f"{base}/v1", **options)


def test_a_response(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with client(base) as api:
            return api.responses.create(model=MODEL, input="count to 3")

    got, [row] = desk.both(ask)
    assert got.output_text == "1, 2, 3"
    is_good(row, MODEL)
    assert row["wire_format"] == "openai-responses"
    assert row["output_tokens"] == got.usage.output_tokens


def test_a_stream_of_events(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with (
            client(base) as api,
            api.responses.create(
                model="mock-reasoning", input="count to 3", stream=True
            ) as stream,
        ):
            return list(stream)

    events, [row] = desk.both(ask)
    is_good(row, "mock-reasoning", stream=True)
    used = events[-1].response.usage
    assert row["output_tokens"] == used.output_tokens
    assert row["reasoning_tokens"] == used.output_tokens_details.reasoning_tokens > 0


def test_leaving_at_the_terminal_event_is_success(desk: Desk) -> None:
    """What Codex does: it closes the connection at `response.completed`."""

    def ask(base: str) -> Any:
        with (
            client(base) as api,
            api.responses.create(model=MODEL, input="hi", stream=True) as stream,
        ):
            for event in stream:
                if event.type == "response.completed":
                    return event.response

    got, [row] = desk.both(ask)
    is_good(row, MODEL, stream=True)
    assert row["output_tokens"] == got.usage.output_tokens


def test_an_async_stream(desk: Desk) -> None:
    from openai import AsyncOpenAI

    async def ask(base: str) -> Any:
        async with AsyncOpenAI(api_key=KEY, base_url=f"{base}/v1") as api:
            stream = await api.responses.create(
                model=MODEL, input="count to 9", stream=True
            )
            return [event async for event in stream]

    _, [row] = desk.both(lambda base: asyncio.run(ask(base)))
    is_good(row, MODEL, stream=True)


@pytest.mark.parametrize("by_id", [False, True], ids=["history", "response-id"])
def test_a_tool_loop_is_one_conversation(desk: Desk, by_id: bool) -> None:
    """Whether the client repeats its history or names the response it goes on from."""

    def ask(base: str) -> Any:
        with client(base) as api:
            return tool_loop(api, by_id)

    (called, said), rows = desk.both(ask, rows=2)
    assert called.startswith("Paris")
    assert "demo model" in said
    for row in rows:
        is_good(row, MODEL)
    assert [row["tool_call_count"] for row in rows] == [1, 0]
    assert rows[0]["conversation_id"] == rows[1]["conversation_id"] is not None


def tool_loop(api: OpenAI, by_id: bool) -> tuple[str, str]:
    asked: Any = {"role": "user", "content": f"weather by id {by_id} in Paris"}
    first = api.responses.create(model=MODEL, input=[asked], tools=[TOOL])
    call = next(item for item in first.output if item.type == "function_call")
    result: Any = {
        "type": "function_call_output",
        "call_id": call.call_id,
        "output": "sun",
    }
    if by_id:
        second = api.responses.create(
            model=MODEL, input=[result], tools=[TOOL], previous_response_id=first.id
        )
    else:
        history: Any = [asked, *(item.model_dump() for item in first.output), result]
        second = api.responses.create(model=MODEL, input=history, tools=[TOOL])
    return json.loads(call.arguments)["city"], second.output_text


def test_an_error_event_in_the_stream(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with client(base) as api:
            asked: Any = {"model": "mock-error-stream", "input": "count to 40"}
            return list(api.responses.create(**asked, stream=True))

    events, [row] = desk.both(ask)
    assert events[-1].type == "error"
    assert (row["outcome"], row["status"], row["is_success"]) == ("completed", 200, 0)
    assert row["error"] == events[-1].message


def test_a_429_before_a_stream_is_waited_out(desk: Desk) -> None:
    def ask(base: str) -> Any:
        with (
            client(base, api_key=base, max_retries=2) as api,
            api.responses.create(
                model="mock-busy-responses-fast", input="hi", stream=True
            ) as stream,
        ):
            return list(stream)

    _, rows = desk.both(ask, rows=2)
    assert [(row["status"], row["is_success"]) for row in rows] == [(429, 0), (200, 1)]
    assert seconds_between(rows) > 0.9

"""LiteLLM in front of Weir: three dialects of one client.

Not among the packages that tests install, for its size: `pip install -e .[clients]`.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients.desk import KEY, Desk, is_good

# Its own price list, so that the import asks no network for a newer one.
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
litellm: Any = pytest.importorskip(
    "litellm", reason="needs LiteLLM: pip install -e .[clients]"
)
# Its own code still uses what pydantic and asyncio have deprecated.
pytestmark = pytest.mark.filterwarnings("ignore")

COUNT = [{"role": "user", "content": "count to 5"}]
TOOL = {
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
BASES = {
    "openai/mock-fast": "/v1",
    "anthropic/mock-fast": "",
    "gemini/mock-fast": "/v1beta",
}
FORMATS = {
    "openai/mock-fast": "openai-chat",
    "anthropic/mock-fast": "anthropic-messages",
    "gemini/mock-fast": "gemini-generate",
}


@pytest.fixture(autouse=True)
def _leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(litellm, "telemetry", False)
    monkeypatch.setattr(litellm, "suppress_debug_info", True)
    yield
    # It keeps clients of event loops that have ended; whoever collects them is warned.
    litellm.in_memory_llm_clients_cache.flush_cache()
    gc.collect()


def options(base: str, model: str, **more: Any) -> dict[str, Any]:
    asked = {"model": model, "api_base": base + BASES[model], "api_key": KEY}
    return {**asked, "messages": COUNT, "num_retries": 0, "max_retries": 0, **more}


@pytest.mark.parametrize("model", BASES)
def test_a_completion(desk: Desk, model: str) -> None:
    def ask(base: str) -> Any:
        return litellm.completion(**options(base, model))

    got, [row] = desk.both(ask)
    assert got.choices[0].message.content == "1, 2, 3, 4, 5"
    is_good(row, "mock-fast")
    assert row["wire_format"] == FORMATS[model]
    assert row["output_tokens"] == got.usage.completion_tokens


@pytest.mark.parametrize("model", BASES)
def test_a_stream(desk: Desk, model: str) -> None:
    def ask(base: str) -> Any:
        more = {"stream": True, "stream_options": {"include_usage": True}}
        return list(litellm.completion(**options(base, model, **more)))

    chunks, [row] = desk.both(ask)
    is_good(row, "mock-fast", stream=True)
    assert row["output_tokens"] == chunks[-1].usage.completion_tokens


@pytest.mark.parametrize("model", BASES)
def test_an_async_stream(desk: Desk, model: str) -> None:
    async def ask(base: str) -> Any:
        stream = await litellm.acompletion(**options(base, model, stream=True))
        chunks = [chunk async for chunk in stream]
        return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)

    said, [row] = desk.both(lambda base: asyncio.run(ask(base)))
    assert said == "1, 2, 3, 4, 5"
    assert (row["outcome"], row["is_stream"], row["is_success"]) == ("completed", 1, 1)


@pytest.mark.parametrize("model", BASES)
def test_a_tool_loop_is_one_conversation(desk: Desk, model: str) -> None:
    def ask(base: str) -> Any:
        return tool_loop(base, model)

    _, rows = desk.both(ask, rows=2)
    for row in rows:
        is_good(row, "mock-fast")
    assert [row["tool_call_count"] for row in rows] == [1, 0]
    assert rows[0]["conversation_id"] == rows[1]["conversation_id"] is not None


def tool_loop(base: str, model: str) -> str:
    messages: list[Any] = [{"role": "user", "content": f"weather by {model}: Paris"}]
    asked = options(base, model, messages=messages, tools=[TOOL])
    first = litellm.completion(**asked).choices[0].message
    [call] = first.tool_calls
    assert call.function.name == "get_weather"
    assert "Paris" in call.function.arguments
    result = {"role": "tool", "tool_call_id": call.id, "content": "sunny"}
    messages += [first.model_dump(), {**result, "name": "get_weather"}]
    return str(litellm.completion(**asked).choices[0].message.content)


def test_embeddings(desk: Desk) -> None:
    def ask(base: str) -> Any:
        return litellm.embedding(
            model="openai/mock-embedding",
            input=["one", "two"],
            api_base=f"{base}/v1",
            api_key=KEY,
        )

    _, [row] = desk.both(ask)
    is_good(row, "mock-embedding")


def test_an_error_is_the_provider_s_own(desk: Desk) -> None:
    def ask(base: str) -> Any:
        asked = options(base, "openai/mock-fast") | {"model": "openai/mock-error-400"}
        with pytest.raises(litellm.BadRequestError) as caught:
            litellm.completion(**asked)
        return str(caught.value)

    _, [row] = desk.both(ask)
    assert (row["outcome"], row["status"], row["is_success"]) == ("completed", 400, 0)

"""What goes wrong on a normal day: limits, failures, impatience, wrong addresses."""

from __future__ import annotations

import asyncio

import httpx

from observe.traffic.chats import asked
from observe.traffic.client import SceneClient
from observe.traffic.words import QUESTIONS

CHAT = "/v1/chat/completions"


async def rate_limited(client: SceneClient) -> None:
    """A 429 with Retry-After; the client waits as told, then asks another model."""
    question = client.pick(*QUESTIONS)
    response = await client.post(CHAT, asked(question, "weir-demo-error-429"))
    await asyncio.sleep(min(float(response.headers.get("retry-after", 1)), 5))
    await client.post(CHAT, asked(question))


async def server_error(client: SceneClient) -> None:
    await client.post(CHAT, asked(client.pick(*QUESTIONS), "weir-demo-error-500"))


async def error_in_stream(client: SceneClient) -> None:
    body = asked(client.pick(*QUESTIONS), "weir-demo-error-stream", max_tokens=999)
    await client.post("/v1/messages", body | {"stream": True})


async def hang_up(client: SceneClient) -> None:
    """A user who has read enough: leaves in the middle of a stream."""
    body = asked("Please count to 200.", stream=True)
    async with client.stream(CHAT, body) as response:
        chunks = 0
        async for _ in response.aiter_raw():
            chunks += 1
            if chunks == 5:
                return


async def broken_answer(client: SceneClient) -> None:
    """The upstream breaks in mid-stream, and so does the client's connection."""
    body = asked(client.pick(*QUESTIONS), "weir-demo-cut", stream=True)
    try:
        await client.post(CHAT, body)
    except httpx.RemoteProtocolError:
        pass  # as it should be; the client counted it


async def slow_answer(client: SceneClient) -> None:
    body = asked("Please count to 12.", "weir-demo-slow", stream=True)
    await client.post(CHAT, body)


async def unknown_address(client: SceneClient) -> None:
    """A base URL that leads nowhere: Weir itself answers, and says what is wrong."""
    await client.post("/proxy/nowhere/v1/chat", asked(client.pick(*QUESTIONS)))

"""Clients that ask once: chats, titles, embeddings, images."""

from __future__ import annotations

import asyncio

from observe.traffic.client import Json, SceneClient
from observe.traffic.words import QUESTIONS, TASKS

MODEL = "weir-demo"
# A 1 × 1 PNG, so that the page has an image to show.
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)


def asked(text: str, model: str = MODEL, **fields: object) -> Json:
    return {"model": model, "messages": [{"role": "user", "content": text}], **fields}


async def plain_chat(client: SceneClient) -> None:
    await client.post("/v1/chat/completions", asked(client.pick(*QUESTIONS)))


async def streamed_chat(client: SceneClient) -> None:
    """Some clients ask for the usage chunk, some leave it out."""
    body = asked(client.pick(*QUESTIONS), stream=True)
    if client.pick(True, False):
        body["stream_options"] = {"include_usage": True}
    await client.events("/v1/chat/completions", body)


async def reasoning_chat(client: SceneClient) -> None:
    body: Json = {
        "model": "weir-demo-reasoning",
        "input": client.pick(*QUESTIONS),
        "reasoning": {"effort": "medium", "summary": "auto"},
        "stream": True,
    }
    await client.events("/v1/responses", body)


async def titles(client: SceneClient) -> None:
    """A harness asks for a title and a summary beside the first answer, at once."""
    task = client.pick(*TASKS)
    wanted = (
        task,
        f"Write a title of at most six words for: {task}",
        f"Summarise in one sentence what the user wants: {task}",
    )
    bodies = [asked(text, "weir-demo-fast", max_tokens=60) for text in wanted]
    await asyncio.gather(
        *(client.post("/v1/chat/completions", body) for body in bodies)
    )


async def embeddings(client: SceneClient) -> None:
    texts = client.dice.sample(QUESTIONS, k=client.dice.randint(1, 6))
    body: Json = {"model": "weir-demo-embedding", "input": texts, "dimensions": 256}
    await client.post("/v1/embeddings", body)


async def image_question(client: SceneClient) -> None:
    url = f"data:image/png;base64,{PIXEL}"
    parts: list[Json] = [
        {"type": "text", "text": "What is in this picture?"},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    body: Json = {"model": MODEL, "messages": [{"role": "user", "content": parts}]}
    await client.post("/v1/chat/completions", body)


async def ollama_chat(client: SceneClient) -> None:
    await client.post("/api/chat", asked(client.pick(*QUESTIONS)))


async def completion(client: SceneClient) -> None:
    body: Json = {"model": MODEL, "prompt": client.pick(*QUESTIONS), "max_tokens": 40}
    await client.post("/v1/completions", body)

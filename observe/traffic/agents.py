"""Agents at work: tool loops whose history grows with each call, in four dialects."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from observe.traffic.client import Json, SceneClient
from observe.traffic.words import RESULTS, SYSTEM, TASKS, TOOLS, schema

MOST_CALLS = 12
MODEL = "weir-demo"


async def openai_agent(client: SceneClient) -> None:
    """Chat completions, streamed; tells its session as OpenCode does."""
    headers = {"x-session-id": f"ses_{uuid.uuid4().hex[:20]}"}
    messages: list[Json] = [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": client.pick(*TASKS)},
    ]
    tools = [
        {
            "type": "function",
            "function": {
                "name": name,
                "description": about,
                "parameters": schema(args),
            },
        }
        for name, about, args in TOOLS
    ]
    body = {"model": MODEL, "stream": True, "tools": tools}
    for _ in range(MOST_CALLS):
        asked = {**body, "messages": messages}
        events = await client.events("/v1/chat/completions", asked, headers)
        answer = joined(events)
        messages.append(answer)
        calls = answer.get("tool_calls", [])
        if not calls:
            return
        await work(client)
        messages += [
            {"role": "tool", "tool_call_id": call["id"], "content": result(client)}
            for call in calls
        ]


async def anthropic_agent(client: SceneClient) -> None:
    """Anthropic messages, streamed; tells its session as Claude Code does."""
    headers = {
        "anthropic-version": "2023-06-01",
        "x-claude-code-session-id": str(uuid.uuid4()),
    }
    messages: list[Json] = [{"role": "user", "content": client.pick(*TASKS)}]
    tools = [
        {"name": name, "description": about, "input_schema": schema(args)}
        for name, about, args in TOOLS
    ]
    cached = {"type": "text", "text": SYSTEM, "cache_control": {"type": "ephemeral"}}
    body: Json = {
        "model": MODEL,
        "max_tokens": 1024,
        "system": [cached],
        "tools": tools,
    }
    for _ in range(MOST_CALLS):
        asked = {**body, "messages": messages}
        answer = (await client.post("/v1/messages", asked, headers)).json()
        messages.append({"role": "assistant", "content": answer["content"]})
        used = [block for block in answer["content"] if block["type"] == "tool_use"]
        if not used:
            return
        await work(client)
        results = [
            {
                "type": "tool_result",
                "tool_use_id": block["id"],
                "content": result(client),
            }
            for block in used
        ]
        messages.append({"role": "user", "content": results})


async def responses_agent(client: SceneClient) -> None:
    """OpenAI Responses, streamed; tells its session as Codex does."""
    headers = {"session-id": str(uuid.uuid4())}
    items: list[Json] = [{"role": "user", "content": client.pick(*TASKS)}]
    tools = [
        {
            "type": "function",
            "name": name,
            "description": about,
            "parameters": schema(args),
            "strict": True,
        }
        for name, about, args in TOOLS
    ]
    body = {"model": MODEL, "instructions": SYSTEM, "stream": True, "tools": tools}
    for _ in range(MOST_CALLS):
        asked = {**body, "input": items}
        events = await client.events("/v1/responses", asked, headers)
        output = events[-1]["response"]["output"]
        items += output
        calls = [item for item in output if item["type"] == "function_call"]
        if not calls:
            return
        await work(client)
        items += [
            {
                "type": "function_call_output",
                "call_id": call["call_id"],
                "output": result(client),
            }
            for call in calls
        ]


async def gemini_agent(client: SceneClient) -> None:
    """Gemini, streamed as SSE; tells no session, so its history has to."""
    path = f"/v1beta/models/{MODEL}:streamGenerateContent?alt=sse"
    contents: list[Json] = [
        {"role": "user", "parts": [{"text": client.pick(*TASKS)}]},
    ]
    declared = [
        {"name": name, "description": about, "parametersJsonSchema": schema(args)}
        for name, about, args in TOOLS
    ]
    system = {"parts": [{"text": SYSTEM}]}
    body: Json = {
        "systemInstruction": system,
        "tools": [{"functionDeclarations": declared}],
    }
    for _ in range(MOST_CALLS):
        events = await client.events(path, {**body, "contents": contents})
        parts = [
            part
            for event in events
            for part in event["candidates"][0]["content"]["parts"]
        ]
        contents.append({"role": "model", "parts": parts})
        calls = [part["functionCall"] for part in parts if "functionCall" in part]
        if not calls:
            return
        await work(client)
        answers = [_function_response(client, call) for call in calls]
        contents.append({"role": "user", "parts": answers})


def _function_response(client: SceneClient, call: Json) -> Json:
    response = {"output": result(client)}
    return {"functionResponse": {"name": call["name"], "response": response}}


def joined(events: list[Json]) -> Json:
    """The assistant message that a stream of chat chunks spells."""
    text = ""
    calls: dict[int, Json] = {}
    for event in events:
        for choice in event.get("choices", []):
            delta = choice["delta"]
            text += delta.get("content") or ""
            for part in delta.get("tool_calls", []):
                _join_call(calls.setdefault(part["index"], {}), part)
    message: Json = {"role": "assistant", "content": text or None}
    if calls:
        message["tool_calls"] = [calls[index] for index in sorted(calls)]
    return message


def _join_call(call: Json, part: Json) -> None:
    function: Json = call.setdefault("function", {"name": "", "arguments": ""})
    call.setdefault("type", "function")
    if part.get("id"):
        call["id"] = part["id"]
    for key, value in part["function"].items():
        function[key] += value


def result(client: SceneClient) -> str:
    """What a tool found; long enough for a prompt cache to matter."""
    return "\n".join(client.dice.choices(RESULTS, k=client.dice.randint(1, 6)))


async def work(client: SceneClient) -> Any:
    """The time a tool takes."""
    await asyncio.sleep(client.dice.uniform(0.1, 0.8))

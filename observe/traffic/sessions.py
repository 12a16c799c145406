"""A long session of a coding agent: what pages of conversations are made to show.

Two messages of a user, a title beside the first, two sub-agents at once, one of which
starts another, a message that is edited after it was answered, an answer that is asked
for once more, a prompt that breaks the cache, and a compaction after which the work
goes on; as Claude Code does it.
"""

from __future__ import annotations

import asyncio
import uuid

from observe.traffic.agents import MODEL, result, work
from observe.traffic.client import Json, SceneClient
from observe.traffic.words import SYSTEM, TOOLS, schema

THINKER = "weir-demo-reasoning"
PATH = "/v1/messages"
TITLE = "Generate a concise, sentence-case title for this session."
AGENT = "You are an agent for Claude Code. Do what was asked; nothing more. " + SYSTEM
SUMMARISE = "Your task is to create a detailed summary of the conversation so far."
RESUMED = (
    "This session is being continued from a previous conversation that ran out of"
    " context. Summary: the login test is flaky because the session is saved before"
    " the redirect; the fix is under way in src/views/login.py, in 2 steps."
)
FIRST = "Find out why the login test is flaky, in 6 steps."
EDITED = "Fix it in the test alone, in 2 steps."
SECOND = "Now fix it, and read every test that covers it, in 5 steps."
ERRANDS = (
    "Search the tree for every caller of session.save(), in 4 steps.",
    "List the tests that touch the login view, in 3 steps.",
)
NESTED = "Read the session middleware and say when it saves, in 2 steps."
OFFERED: list[Json] = [
    {"name": name, "description": about, "input_schema": schema(args)}
    for name, about, args in (
        *TOOLS,
        ("mcp__tracker__find_issue", "Find an issue.", {"words": {"type": "string"}}),
        ("mcp__tracker__comment", "Comment on it.", {"text": {"type": "string"}}),
    )
]


async def long_session(client: SceneClient) -> None:
    headers = {
        "anthropic-version": "2023-06-01",
        "x-claude-code-session-id": str(uuid.uuid4()),
    }
    talk = [_user(FIRST)]
    title = {"model": "weir-demo-fast", "max_tokens": 40, "system": TITLE}
    await asyncio.gather(
        _loop(client, headers, talk, SYSTEM, THINKER),
        client.post(PATH, {**title, "messages": [_user(FIRST)]}, headers),
    )
    await asyncio.gather(
        _errand(client, headers, ERRANDS[0], NESTED),
        _errand(client, headers, ERRANDS[1]),
    )
    # Thought better of: the next message goes on from where this one did.
    await _loop(client, headers, [*talk, _user(EDITED)], SYSTEM, THINKER)
    talk.append(_user(SECOND))
    # The date of today in a system prompt: nothing behind it is read from the cache.
    dated = f"Today is a Monday. {SYSTEM}"
    await _loop(client, headers, talk, dated, THINKER)
    # Its last answer doesn't please: the same is sent again, to another model.
    content = await _ask(client, headers, talk[:-1], dated, MODEL)
    talk[-1] = {"role": "assistant", "content": content}
    await _summary(client, headers, talk)
    await _loop(client, headers, [_user(RESUMED)], SYSTEM, THINKER)


async def _errand(
    client: SceneClient, headers: Json, task: str, nested: str = ""
) -> None:
    """A sub-agent: a history of its own, in the session of its parent."""
    own = {**headers, "x-claude-code-agent-id": f"a1{uuid.uuid4().hex[:10]}"}
    await _loop(client, own, [_user(task)], AGENT, MODEL)
    if nested:
        parent = own["x-claude-code-agent-id"]
        below = {**headers, "x-claude-code-parent-agent-id": parent}
        await _errand(client, below, nested)


async def _summary(client: SceneClient, headers: Json, talk: list[Json]) -> None:
    asked = _body([*talk, _user(SUMMARISE)], SYSTEM, MODEL)
    await client.post(PATH, asked | {"tool_choice": {"type": "none"}}, headers)


async def _loop(
    client: SceneClient, headers: Json, talk: list[Json], system: str, model: str
) -> None:
    """Calls until the answer calls no tool; `talk` grows by what was said."""
    while True:
        content = await _ask(client, headers, talk, system, model)
        talk.append({"role": "assistant", "content": content})
        used = [block for block in content if block["type"] == "tool_use"]
        if not used:
            return
        await work(client)
        talk.append({"role": "user", "content": [_result(client, b) for b in used]})


async def _ask(
    client: SceneClient, headers: Json, talk: list[Json], system: str, model: str
) -> list[Json]:
    body = _body(talk, system, model)
    answer: Json = (await client.post(PATH, body, headers)).json()
    content: list[Json] = answer["content"]
    return content


def _body(talk: list[Json], system: str, model: str) -> Json:
    cached = {"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}
    return {
        "model": model,
        "max_tokens": 2048,
        "system": [cached],
        "tools": OFFERED,
        "messages": talk,
    }


def _result(client: SceneClient, block: Json) -> Json:
    found = "\n".join(result(client) for _ in range(client.dice.randint(1, 5)))
    return {"type": "tool_result", "tool_use_id": block["id"], "content": found}


def _user(text: str) -> Json:
    return {"role": "user", "content": text}

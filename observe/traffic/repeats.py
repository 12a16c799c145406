"""Runs to look at and to compare: two ways of working, each repeated five times.

Named through the API, as a script of an experiment would; where no API answers there
is nothing to name, and nothing is sent.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from observe.traffic.agents import joined, result
from observe.traffic.client import Json, SceneClient
from observe.traffic.oddities import CHAT
from observe.traffic.words import SYSTEM, TOOLS, schema

REPEATS = 5
RUN = "x-weir-run"
OFFERED: list[Json] = [
    {
        "type": "function",
        "function": {"name": name, "description": about, "parameters": schema(args)},
    }
    for name, about, args in TOOLS
]


@dataclass(frozen=True, slots=True)
class Way:
    """One side of the comparison."""

    name: str
    model: str
    notes: str
    messages: tuple[str, ...]
    prompt: int
    """Characters of the system prompt."""
    fails: float
    """How often a call is limited first."""


WAYS = (
    Way(
        "long prompt",
        "weir-demo",
        "As it is in production: reads a lot before it writes.",
        (
            "Find out why the export is slow, in 5 steps.",
            "Write the fix, in 4 steps.",
            "Summarise what you changed.",
        ),
        len(SYSTEM),
        0.12,
    ),
    Way(
        "short prompt",
        "weir-demo-fast",
        "Half the system prompt, a faster model.",
        (
            "Find out why the export is slow, in 3 steps.",
            "Write the fix, in 4 steps.",
            "Summarise what you changed.",
        ),
        len(SYSTEM) // 2,
        0.02,
    ),
)


async def compared_runs(client: SceneClient) -> None:
    known = await client.http.get("/api/runs", params={"limit": 1})
    if known.status_code != 200:
        return
    await asyncio.gather(
        *(_run(client, way, number) for way in WAYS for number in range(REPEATS))
    )
    await _paused(client)


async def _run(client: SceneClient, way: Way, number: int) -> None:
    run = await _begin(client, way, number)
    talk: list[Json] = [{"role": "system", "content": SYSTEM[: way.prompt]}]
    try:
        for message in way.messages:
            talk.append({"role": "user", "content": message})
            await _answer(client, way, talk, run)
    finally:  # on Ctrl-C as well: nobody else would end it
        await client.http.post(f"/api/runs/{run}/end")


async def _begin(client: SceneClient, way: Way, number: int) -> str:
    asked = {
        "name": way.name,
        "notes": way.notes,
        "tags": ["experiment", "export"],
        "metadata": {"repeat": number + 1, "model": way.model},
    }
    answer = await client.http.post("/api/runs", json=asked)
    return str(answer.json()["id"])


async def _answer(client: SceneClient, way: Way, talk: list[Json], run: str) -> None:
    """Calls until one of them says something, with a limit hit now and then."""
    while True:
        if client.dice.random() < way.fails:
            await client.post(CHAT, _body("weir-demo-error-429", talk), {RUN: run})
        asked = _body(way.model, talk)
        answer = joined(await client.events(CHAT, asked, {RUN: run}))
        talk.append(answer)
        for call in answer.get("tool_calls", []):
            found = {"tool_call_id": call["id"], "content": result(client)}
            talk.append({"role": "tool", **found})
        if not answer.get("tool_calls"):
            return


def _body(model: str, talk: list[Json]) -> Json:
    return {"model": model, "messages": talk, "tools": OFFERED, "stream": True}


async def _paused(client: SceneClient) -> None:
    """One that waits, and one that nothing has come to yet."""
    waits = {"name": "release check", "tags": ["ci"], "notes": "Waits for the build."}
    made = (await client.http.post("/api/runs", json=waits)).json()["id"]
    await client.post(CHAT, _body("weir-demo-error-500", [_hello()]), {RUN: made})
    await client.events(CHAT, _body("weir-demo-fast", [_hello()]), {RUN: made})
    await client.http.post(f"/api/runs/{made}/pause")
    await client.http.post("/api/runs", json={"name": "not begun", "tags": ["ci"]})


def _hello() -> Json:
    return {"role": "user", "content": "Is the build green?"}

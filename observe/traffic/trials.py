"""An experiment to look at: the example's, answered as `weir experiments run` does it.

Sessions of three arms on two tasks, each with a key of its own. Where no API answers,
or somebody has an experiment of that name, nothing is sent.
"""

from __future__ import annotations

import asyncio

from observe.traffic.client import Json, SceneClient
from observe.traffic.oddities import CHAT
from runs.experiments.folder import EXAMPLE, Folder, read

NAME = "demo"
API = f"/api/experiments/{NAME}"
DEFINITIONS = "/api/experiments/definitions"
OTHER = ("fireworks", "repo-auth")
AT_ONCE = 6
SOLVED = {"demo-plain": 0.8, "demo-fast": 0.6, "demo-reasoning": 0.9}
"""How often an arm solves its task."""


async def experiment(client: SceneClient, repeats: int = 0) -> None:
    """As often as it says itself, unless told."""
    known = await client.http.get(f"{DEFINITIONS}/experiment/{NAME}")
    if "NO_DEFINITION" not in known.text:
        return
    await client.http.post(DEFINITIONS, json={"definitions": _example()})
    await asyncio.gather(*(_sessions(client, repeats) for _ in range(AT_ONCE)))


def _example() -> list[Json]:
    """What the experiment names, without the folder's other one."""
    found = [e for e in read(EXAMPLE).found if not e.value.name.startswith(OTHER)]
    mine = Folder(tuple(found), ()).with_profiles()
    return [{"kind": each.kind.value, "content": each.content} for each in mine]


async def _sessions(client: SceneClient, repeats: int) -> None:
    """One after the other, while some are missing."""
    while True:
        asked = {"runner": "weir demo", "repeats": repeats}
        claimed = await client.http.post(f"{API}/claim", json=asked)
        begun = claimed.json()["begun"]
        if begun is None:
            return
        await _session(client, begun)


async def _session(client: SceneClient, begun: Json) -> None:
    """The scripted agent of the example: asks twice, and its answer is checked."""
    place = f"/api/sessions/{begun['session']['id']}"
    headers = {"authorization": f"Bearer {begun['key']}"}
    model, task = begun["variant"]["model"], begun["task_card"]["instructions"]
    talk: list[Json] = [{"role": "user", "content": task}]
    status = "aborted"
    try:
        for _ in range(2):
            asked = {"model": model, "messages": talk}
            answer = (await client.post(CHAT, asked, headers)).json()
            talk.append(answer["choices"][0]["message"])
            talk.append({"role": "user", "content": "Say it in one sentence."})
        is_solved = client.dice.random() < SOLVED.get(begun["variant"]["name"], 0.5)
        await client.http.post(
            f"{place}/scores", json=[{"name": "check", "passed": is_solved}]
        )
        status = "completed"
    finally:  # on Ctrl-C as well: its cell is run again then
        await client.http.post(f"{place}/finalize", json={"status": status})

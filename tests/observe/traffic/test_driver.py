"""The demo's traffic against the demo model itself, without a server between."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from observe.traffic import SCENES, Scene
from observe.traffic.chats import plain_chat, titles
from observe.traffic.client import SceneClient
from observe.traffic.driver import Plan, play
from observe.traffic.oddities import unknown_address
from observe.traffic.repeats import compared_runs
from observe.traffic.trials import experiment
from proxy.demo.transport import DemoTransport


def played(*scenes: Scene, seconds: float, per_second: float) -> Counter[str]:
    complaints: list[str] = []
    plan = Plan(
        server="http://demo",
        seconds=seconds,
        per_second=per_second,
        scenes=tuple((scene, 1) for scene in scenes),
    )
    seen = asyncio.run(play(plan, complaints.append, DemoTransport()))
    assert complaints == []
    return seen


def test_every_scene_understands_what_the_model_answers() -> None:
    scenes = [scene for scene, _ in SCENES]
    seen = played(*scenes, seconds=len(scenes) / 100, per_second=100)
    assert set(seen) == {"200", "404", "429", "500", "broken"}
    assert seen["200"] > len(scenes)


def test_agents_send_a_growing_history() -> None:
    agents = [scene for scene, _ in SCENES if scene.__name__.endswith("_agent")]
    assert len(agents) == 4
    # Every task asks for three steps or more, then comes the answer in words.
    seen = played(*agents, seconds=0.04, per_second=100)
    assert seen["200"] >= 4 * 4


@pytest.mark.parametrize(("per_second", "scenes"), [(20, 9), (100, 41)])
def test_the_rate_decides_how_many_clients_start(per_second: int, scenes: int) -> None:
    seen = played(unknown_address, seconds=0.405, per_second=per_second)
    assert seen["404"] == scenes


def test_parallel_titles_are_three_requests() -> None:
    assert played(titles, seconds=0.001, per_second=1)["200"] == 3


def test_the_same_seed_plays_the_same() -> None:
    first, second = (
        played(plain_chat, titles, seconds=0.2, per_second=20) for _ in range(2)
    )
    assert first == second


def test_ctrl_c_ends_the_scenes_before_their_client_is_closed() -> None:
    ended: list[bool] = []
    unheard: list[dict[str, Any]] = []
    complaints: list[str] = []

    async def waiting(client: SceneClient) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(client.http.is_closed)

    async def interrupted() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: unheard.append(context))
        plan = Plan(
            server="http://demo", seconds=60, per_second=100, scenes=((waiting, 1),)
        )
        playing = asyncio.ensure_future(play(plan, complaints.append, DemoTransport()))
        await asyncio.sleep(0.2)
        playing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await playing

    asyncio.run(interrupted())
    assert len(ended) > 5
    assert not any(ended)
    assert (unheard, complaints) == ([], [])


BEGUN = {"session": {"id": 7}, "key": "k", "variant": {"name": "a", "model": "m"}}


def interrupted(scene: Scene, answer: Callable[[str], Any], begun: list[str]) -> None:
    """Plays a scene whose model never answers, until six of its runs have begun."""

    async def answered(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/chat/completions"):
            await asyncio.Event().wait()
        told = answer(f"{request.method} {request.url.path} {request.content.decode()}")
        return httpx.Response(200, json=told)

    async def play_a_while() -> None:
        plan = Plan(
            server="http://demo", seconds=60, per_second=1, scenes=((scene, 1),)
        )
        transport = httpx.MockTransport(answered)
        playing = asyncio.ensure_future(play(plan, print, transport))
        while len(begun) < 6:
            await asyncio.sleep(0.01)
        playing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await playing

    asyncio.run(asyncio.wait_for(play_a_while(), 20))


def test_ctrl_c_ends_the_runs_that_a_scene_has_begun() -> None:
    begun: list[str] = []
    ended: list[str] = []

    def answer(asked: str) -> Any:
        if found := re.match(r"POST /api/runs/(\d+)/end", asked):
            ended.append(found[1])
        elif asked.startswith("POST /api/runs"):
            begun.append(str(len(begun)))
            return {"id": begun[-1], "run": {"id": begun[-1]}}
        return {"items": []}

    interrupted(compared_runs, answer, begun)
    assert sorted(ended) == sorted(begun)


def test_ctrl_c_aborts_the_sessions_that_a_scene_has_begun() -> None:
    begun: list[str] = []
    ended: list[str] = []

    def answer(asked: str) -> Any:
        if "/claim" in asked:
            begun.append(asked)
            return {"begun": BEGUN | {"task_card": {"instructions": "Mend it"}}}
        if asked.startswith("POST /api/sessions/7/finalize"):
            ended.append(asked)
        return {"items": [], "error": "NO_DEFINITION", "run": {"id": "1"}}

    interrupted(experiment, answer, begun)
    assert len(ended) == len(begun)
    assert all('"aborted"' in each for each in ended)

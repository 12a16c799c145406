"""The demo's traffic against the demo model itself, without a server between."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from observe.traffic import SCENES, Scene
from observe.traffic.chats import plain_chat, titles
from observe.traffic.client import SceneClient
from observe.traffic.driver import Plan, play
from observe.traffic.oddities import unknown_address
from observe.traffic.repeats import compared_runs
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


def test_ctrl_c_ends_the_runs_that_scenes_have_begun() -> None:
    begun: list[str] = []
    ended: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        *_, last = steps = request.url.path.split("/")
        if last == "end":
            ended.append(steps[-2])
        elif request.method == "POST" and last in ("runs", "start"):
            begun.append(str(len(begun)))
            return httpx.Response(200, json={"id": begun[-1], "run": {"id": begun[-1]}})
        elif request.method == "POST":
            await asyncio.Event().wait()  # a model that never answers
        return httpx.Response(200, json={"items": []})

    async def interrupted() -> None:
        scenes = ((compared_runs, 1),)
        plan = Plan(server="http://demo", seconds=60, per_second=1, scenes=scenes)
        playing = asyncio.ensure_future(play(plan, print, httpx.MockTransport(answer)))
        while len(begun) < 13:
            await asyncio.sleep(0.01)
        playing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await playing

    asyncio.run(asyncio.wait_for(interrupted(), 20))
    assert sorted(ended) == sorted(begun)

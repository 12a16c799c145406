"""Plays scenes at a rate, for a time, with a bound on how many run at once."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx

from observe.traffic import SCENES, Scene, SceneClient
from observe.traffic.day import day
from proxy.headers import TOKEN

MOST_AT_ONCE = 24
PATIENCE_S = 60.0
LATE_S = 10.0
"""A server too slow for the rate doesn't make the demo much longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much traffic, and where."""

    server: str
    seconds: float
    per_second: float
    """Scenes started each second; an agent scene makes several requests."""
    token: str = ""
    seed: int = 1
    scenes: tuple[tuple[Scene, int], ...] = SCENES


async def play(
    plan: Plan,
    told: Callable[[str], None],
    transport: httpx.AsyncBaseTransport | None = None,
) -> Counter[str]:
    """What came back, by status; `told` hears of each scene that fails."""
    seen: Counter[str] = Counter()
    headers = {"user-agent": "weir-demo-traffic"}
    if plan.token:
        headers[TOKEN.decode()] = plan.token
    async with (
        httpx.AsyncClient(
            base_url=plan.server,
            headers=headers,
            timeout=PATIENCE_S,
            trust_env=False,
            transport=transport,
        ) as http,
        day(http),
    ):
        await _play(plan, http, told, seen)
    return seen


async def _play(
    plan: Plan,
    http: httpx.AsyncClient,
    told: Callable[[str], None],
    seen: Counter[str],
) -> None:
    dice = random.Random(plan.seed)
    running: set[asyncio.Task[None]] = set()
    started = time.monotonic()
    try:
        for number, scene in enumerate(_order(plan.scenes, dice)):
            due = number / plan.per_second
            is_late = time.monotonic() - started > plan.seconds + LATE_S
            if due >= plan.seconds or is_late:
                break
            await _until(started + due)
            if len(running) >= MOST_AT_ONCE:
                await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            client = SceneClient(http, random.Random(dice.random()), seen)
            task = asyncio.ensure_future(_play_one(scene, client, told))
            running.add(task)
            task.add_done_callback(running.discard)
        if running:
            await asyncio.wait(running, timeout=PATIENCE_S)
    finally:
        await _end(running)  # on Ctrl-C as well: behind this their client is closed


async def _end(running: set[asyncio.Task[None]]) -> None:
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


def _order(
    weighted: tuple[tuple[Scene, int], ...], dice: random.Random
) -> Iterator[Scene]:
    """Each scene once, so that a short demo has all, then by weight for ever."""
    scenes = [scene for scene, _ in weighted]
    weights = [weight for _, weight in weighted]
    yield from scenes
    while True:
        yield dice.choices(scenes, weights)[0]


async def _play_one(
    scene: Scene, client: SceneClient, told: Callable[[str], None]
) -> None:
    try:
        await scene(client)
    except (httpx.HTTPError, ValueError, KeyError) as error:
        name = getattr(scene, "__name__", "scene").replace("_", " ")
        told(f"{name}: {type(error).__name__} {error}")


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.monotonic()))

"""Every kind of page, with something on it, holds to WCAG: axe-core finds nothing.

One visit a page: wide and light, then its colours in the dark, then as a phone shows
it. Beside it: nothing scrolls sideways, on a phone and at twice the size, and what is
shown stands in the page's HTML, to be read without scripts.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from observe.traffic import Scene
from observe.traffic.chats import image_question, reasoning_chat
from observe.traffic.client import Json, SceneClient
from observe.traffic.day import day
from observe.traffic.oddities import broken_answer, server_error
from observe.traffic.repeats import compared_runs
from observe.traffic.sessions import long_session
from observe.traffic.trials import experiment
from tests.observe.browser import CHROMIUM, Browser, Page
from tests.observe.every_page import every_page
from tests.server import WeirServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium: browser tests are skipped"),
]
AXE = Path(__file__).parent / "axe" / "axe.min.js"
GRAVE = ("serious", "critical")
# Rules that tell of nothing grave take a third of the time.
OF_GRAVE = (
    "{rules: Object.fromEntries(axe._audit.rules"
    ".filter(rule => !['serious', 'critical'].includes(rule.impact))"
    ".map(rule => [rule.id, {enabled: false}]))}"
)
COLOURS = "{runOnly: ['color-contrast']}"
SCROLLS = "{runOnly: ['scrollable-region-focusable']}"
"""What a narrow screen can add."""
RUN = (
    "axe.run(document, {...%s, resultTypes: ['violations']}).then(found =>"
    " found.violations.map(each => [each.id, each.impact,"
    " each.nodes.map(node => node.target.join(' ')).slice(0, 4)]))"
)
WIDTH = "document.documentElement.scrollWidth"
SHOWN = """fetch(location.href, {headers: {accept: "text/html"}})
.then(answer => answer.text()).then(html => {
  const sent = new DOMParser().parseFromString(html, "text/html");
  const parts = "main :is(h1, h2, h3, th, td, dt, dd, label, p, pre)";
  return [document, sent].map(each => each.querySelectorAll(parts).length);
})"""
"""How many parts with words a page has, and how many it had when it was sent."""
SCENES: tuple[Scene, ...] = (
    compared_runs,
    long_session,
    partial(experiment, repeats=1),
    reasoning_chat,
    image_question,
    server_error,
    broken_answer,
)


class Hasty(SceneClient):
    """Asks a model that takes no time, with tools that take little."""

    @asynccontextmanager
    async def stream(
        self, path: str, body: Json, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        model = body["model"].removesuffix("-reasoning")
        if model == "weir-demo" and "reasoning" not in body:
            body = body | {"model": "weir-demo-fast"}
        async with super().stream(path, body, headers) as answer:
            yield answer


class Soonest(random.Random):
    def uniform(self, a: float, b: float) -> float:
        return a


async def traffic(url: str) -> int:
    """How many requests it came to."""
    limits = httpx.Limits(max_connections=16)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60) as http:
        client = Hasty(http, Soonest(1), Counter())
        async with day(http):
            await asyncio.gather(*(scene(client) for scene in SCENES))
        runs = (await http.get("/api/runs?limit=100")).json()["items"]
    # What comes after the demo counts in no run of it.
    found = [(run["name"], run["state"]) for run in runs if run["is_global"]]
    assert found == [("morning", "ended")]
    return sum(count for what, count in client.seen.items() if what.isdigit())


def faults(page: Page, options: str = OF_GRAVE) -> list[Any]:
    found: list[Any] = page.js(RUN % options)
    return [each for each in found if each[1] in GRAVE]


def looked_at(page: Page, name: str, url: str) -> list[str]:
    """What is wrong with a page, a line each."""
    wrong = []
    theme(page, "light")
    page.size(1440, 900)
    page.go(url)
    page.js(AXE.read_text() + ";0")
    wrong += [f"{name}: {each}" for each in faults(page)]
    shown, sent = page.js(SHOWN)
    if not 0 < 0.9 * shown <= sent:
        wrong.append(f"{name}: {shown} parts are shown, {sent} without scripts")
    theme(page, "dark")
    wrong += [f"{name}, dark: {each}" for each in faults(page, COLOURS)]
    for width in (720, 390):
        page.size(width, 450)
        if (wide := page.js(WIDTH)) > width:
            wrong.append(f"{name}: {wide} px on a screen of {width}")
    wrong += [f"{name}, phone: {each}" for each in faults(page, SCROLLS)]
    return wrong


def theme(page: Page, name: str) -> None:
    features = [
        {"name": "prefers-color-scheme", "value": name},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    page.command("Emulation.setEmulatedMedia", features=features)


def test_nothing_grave_is_wrong_with_any_page(tmp_path: Path) -> None:
    with WeirServer(tmp_path / "data", "") as weir, Browser() as browser:
        weir.wait_recorded(asyncio.run(traffic(weir.url)))
        page = browser.open("about:blank")
        wrong = []
        for name, path in every_page(weir.url).items():
            wrong += looked_at(page, name, weir.url + path)
        assert wrong == []
        # One kind of page is there to say that there is none.
        assert [each for each in page.complaints if "nothing-is-here" not in each] == []

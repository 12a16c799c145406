"""Runs, comparison and conversations in a real browser, with a real server behind."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.observe.browser import CHROMIUM, Browser
from tests.server import WeirServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium: browser tests are skipped"),
]
LIVE = "document.getElementById('live').dataset.state === 'live'"
WIDTH = "document.documentElement.scrollWidth"
TILE = "Number(document.querySelector('#tiles dd').innerText.trim())"
TASK = "Find out why it is slow, in 2 steps."
TOOL = {"name": "read_file", "input_schema": {"type": "object", "properties": {}}}


@pytest.fixture(scope="module")
def weir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeirServer]:
    data: Path = tmp_path_factory.mktemp("figures")
    with WeirServer(data, "http://127.0.0.1:9/v1") as server:
        yield server


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with Browser() as running:
        yield running


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    yield chromium
    chromium.close_pages()


def post(weir: WeirServer, path: str, body: Any, **headers: str) -> Any:
    sent = {"content-type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    data = json.dumps(body).encode()
    request = urllib.request.Request(f"{weir.url}{path}", data=data, headers=sent)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def chat(weir: WeirServer, text: str, **headers: str) -> None:
    messages = [{"role": "user", "content": text}]
    asked = {"model": "weir-demo-fast", "messages": messages}
    post(weir, "/v1/chat/completions", asked, **headers)


def agent_call(weir: WeirServer, talk: list[Any], session: str = "0b5ba1f2") -> None:
    """One step of an agent; `talk` grows by the answer and what its tool gave."""
    asked = {
        "model": "weir-demo-reasoning",
        "max_tokens": 500,
        "tools": [TOOL],
        "messages": talk,
    }
    named = {"x_claude_code_session_id": session, "anthropic_version": "2023-06-01"}
    content = post(weir, "/v1/messages", asked, **named)["content"]
    talk.append({"role": "assistant", "content": content})
    talk.append(
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": block["id"],
                    "content": "line\n" * 40,
                }
                for block in content
                if block["type"] == "tool_use"
            ],
        }
    )


def test_a_run_from_its_start_to_its_end(browser: Browser, weir: WeirServer) -> None:
    page = browser.open(f"{weir.url}/runs")
    page.wait("document.body?.innerText.includes('No run yet')")
    # What dropped down goes away by Escape, which leads back to where it came from.
    page.js("document.querySelector('.drop summary').click()")
    page.js("document.querySelector('.drop input[name=name]').focus()")
    page.press("Escape")
    page.wait("!document.querySelector('.drop[open]')")
    assert page.js("document.activeElement.matches('.drop > summary')")
    page.js("document.activeElement.click()")
    page.js("document.querySelector('h1').click()")
    page.wait("!document.querySelector('.drop[open]')")
    page.js("document.querySelector('.drop summary').click()")
    page.js("document.querySelector('.drop input[name=name]').focus()")
    page.type("by hand")
    page.js("document.querySelector('.drop button').click()")
    page.wait("location.pathname.startsWith('/runs/') && document.querySelector('h1')")
    page.wait(LIVE)
    assert page.js("document.querySelector('h1').innerText") == "by hand"
    chat(weir, "one")
    page.wait(f"{TILE} === 1")

    # Somebody types while traffic comes: figures move, the form and the focus stay.
    page.press("e")
    page.wait("document.activeElement.name === 'name'")
    assert page.js("location.search") == "?edit=1&tab=overview"
    page.js("document.querySelector('.edit input[name=tags]').focus()")
    page.type("ci, slow")
    chat(weir, "two")
    page.wait(f"{TILE} === 2")
    assert page.js("document.activeElement.value") == "ci, slow"
    page.js("document.querySelector('.edit .primary').click()")
    page.wait("[...document.querySelectorAll('.about .mark')].length === 2")

    for button, word in (("pause", "paused"), ("resume", "active"), ("end", "ended")):
        page.js(f"document.querySelector('button[formaction$=\"/{button}\"]').click()")
        page.wait(f"document.querySelector('#state')?.innerText.trim() === '{word}'")
    page.js("document.getElementById('tab-gate').click()")
    page.wait("document.getElementById('limits')")
    page.js("document.querySelector('input[name=max_requests]').focus()")
    page.type("1")
    page.js("document.querySelector('#limits .primary').click()")
    page.wait("document.body?.innerText.includes('It breaks a limit')")
    assert "max_requests=1" in page.js("location.search")
    page.back()
    page.wait("location.search === '?tab=gate' && document.readyState === 'complete'")
    assert not page.js("document.body.innerText.includes('It breaks a limit')")

    page.js("document.activeElement.blur()")
    page.press("g")
    page.press("u")
    page.wait("location.pathname === '/runs' && document.querySelector('a[data-row]')")
    page.press("j")
    assert page.js("document.activeElement.innerText") == "by hand"
    assert page.complaints == []


def test_runs_chosen_in_the_list_are_compared(
    browser: Browser, weir: WeirServer
) -> None:
    for name in ("before", "after"):
        run = post(weir, "/api/runs", {"name": name})["id"]
        chat(weir, f"Hello {name}", x_weir_run=run)
    weir.wait_settled()
    page = browser.open(f"{weir.url}/runs")
    row = 'tr:has([aria-label="Compare before"])'
    line = f"document.querySelector('{row} .sparkline')"
    assert page.js(f"{line}.ariaLabel").startswith("1 request within")
    page.wait(LIVE)
    page.js(f"window.drawn = {line}")
    chat(weir, "Hello again", x_weir_run="before")
    page.wait(f"{line}.ariaLabel.startsWith('2 requests within')")
    assert page.js(f"window.drawn === {line}")  # patched in its place
    compare = "document.querySelector('[data-needs]')"
    assert page.js(f"{compare}.disabled")
    for name in ("before", "after"):
        page.js(f"document.querySelector('[aria-label=\"Compare {name}\"]').click()")
    assert not page.js(f"{compare}.disabled")
    page.js(f"{compare}.click()")
    page.wait("document.querySelectorAll('.metrics tbody tr').length > 5")
    assert page.js("document.querySelectorAll('.sides > .card').length") == 2
    assert page.js("document.querySelectorAll('.strip circle').length") == 3
    shared = page.js("document.querySelector('[data-copy]').dataset.copy")
    page.go(shared)
    assert page.js("document.querySelectorAll('.metrics tbody tr').length") > 5
    assert page.complaints == []


def test_a_conversation_grows_while_it_is_read(
    browser: Browser, weir: WeirServer
) -> None:
    talk: list[Any] = [{"role": "user", "content": TASK}]
    agent_call(weir, talk)
    agent_call(weir, talk)
    page = browser.open(f"{weir.url}/conversations")
    page.wait(f"document.body?.innerText.includes('{TASK}')")
    page.js(
        f"[...document.querySelectorAll('a[data-row]')]"
        f".find(each => each.innerText === '{TASK}').click()"
    )
    steps = "document.querySelectorAll('.step').length"
    page.wait(f"{steps} === 2")
    page.wait(LIVE)
    assert page.js("document.querySelectorAll('.step .result').length") == 1
    fold = "document.querySelector('.step .result details')"
    page.js(f"{fold}.open = true; window.kept = {fold}")
    told = "document.querySelector('.readout').textContent"
    # A call that goes on has no figures; its recorder may be a moment behind.
    drawn = "document.querySelectorAll('.growth a[data-call]').length"
    page.wait(f"{drawn} === 2")
    page.press("c")
    page.wait(f"{told}.startsWith('Call 2: ')")
    agent_call(weir, talk)
    page.wait(f"{steps} === 3")
    # What comes meanwhile leaves the cursor where it is.
    page.wait("document.querySelector('.growth .is-at')?.dataset.call === '2'")
    assert page.js("document.activeElement.dataset.call") == "2"
    assert page.js(told).startswith("Call 2: ")
    assert page.js(f"window.kept === {fold} && window.kept.open")
    assert page.js("document.querySelectorAll('.step .result').length") == 2
    page.press("w")
    page.wait("document.querySelectorAll('.lanes tbody tr').length === 3")
    assert page.js("location.search") == "?view=timeline"
    # One cursor: by keys in the charts, and by pointing at a line below them.
    page.wait(f"{drawn} === 3")
    page.press("c")
    page.wait(f"{told}.startsWith('Call 3: ')")
    page.press("ArrowLeft")
    assert page.js(told).startswith("Call 2: ")
    assert page.js("document.querySelectorAll('.is-at').length") == 2
    assert page.js("document.querySelector('#c-2.is-at') !== null")
    page.js(
        "document.getElementById('c-1').dispatchEvent("
        "new PointerEvent('pointerover', {bubbles: true}))"
    )
    assert page.js(told).startswith("Call 1: ")
    assert page.js("document.querySelector('.growth .is-at').dataset.call") == "1"
    page.press("Enter")
    page.wait("location.search === '?view=timeline&at=2'")
    page.press("b")
    page.wait("document.querySelectorAll('.tree .leaf').length === 3")
    assert page.js("location.search") == "?view=tree"
    # What is dragged over narrows the page, and so does Shift with the arrow keys.
    leaves = "[...document.querySelectorAll('.tree .leaf')].length"
    brushed = "location.search === '?view=tree&from=2&to=3'"
    page.drag("[data-call='3']", "[data-call='2']")
    page.wait(f"{brushed} && {leaves} === 2")
    page.js("document.querySelector('.within .chip a').click()")
    page.wait(f"location.search === '?view=tree' && {leaves} === 3")
    page.press("c")
    page.press("ArrowLeft", shift=True)
    assert page.js("document.querySelectorAll('a.chosen').length") == 2
    page.press("Enter")
    page.wait(f"{brushed} && {leaves} === 2")
    assert page.complaints == []


def test_a_link_to_what_a_context_lost_opens_it(
    browser: Browser, weir: WeirServer
) -> None:
    agent_call(weir, [{"role": "user", "content": "Long, " * 3000}], "5a7cb0e1")
    summary = "This session is being continued from a previous conversation: done."
    agent_call(weir, [{"role": "user", "content": summary}], "5a7cb0e1")
    page = browser.open(f"{weir.url}/conversations")
    row = (
        "[...document.querySelectorAll('a[data-row]')]"
        ".find(each => each.innerText.startsWith('Long, '))"
    )
    page.wait(f"{row} !== undefined")
    page.go(page.js(f"{row}.href") + "?view=tree")
    link = "document.querySelector('.tree .marked a')"
    page.wait(f"{link} !== null")
    page.js(f"{link}.click()")
    page.wait("document.querySelector('details#shrunk-2[open]') !== null")
    # Below the tabs that stay in sight.
    page.wait("document.querySelector('#shrunk-2').getBoundingClientRect().y > 60")
    assert page.complaints == []


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_of_figures_scrolls_sideways(
    browser: Browser, weir: WeirServer, width: int
) -> None:
    run = post(weir, "/api/runs", {"name": "w" * 80, "tags": ["t" * 60, "u"] * 8})["id"]
    chat(weir, "word " * 60 + "x" * 200, x_weir_run=run)
    talk: list[Any] = [{"role": "user", "content": "y" * 150}]
    agent_call(weir, talk)
    weir.wait_settled()
    found = json.load(urllib.request.urlopen(f"{weir.url}/api/conversations"))
    talks = [f"/conversations/{each['id']}" for each in found["items"][:2]]
    page = browser.open("about:blank", width=width)
    tabs = ("overview", "turns", "traffic", "gate&max_requests=0", "keys")
    for path in (
        "/runs",
        "/conversations",
        *(f"/runs/{run}?tab={tab}" for tab in tabs),
        f"/runs/{run}?edit=1",
        f"/runs/compare?run={run}&run={'w' * 80}",
        *talks,
        *(f"{each}?view={view}" for each in talks for view in ("timeline", "tree")),
    ):
        page.go(f"{weir.url}{path}")
        assert page.js(WIDTH) <= width, path
    assert page.complaints == []

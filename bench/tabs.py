"""What open tabs cost proxied calls, and what a minute of changes leaves in a tab.

Parts of `bench/pages.py`. The tabs are looked at, all three: nothing is saved because
one is hidden.
"""

from __future__ import annotations

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

from bench.measure import Load
from tests.observe.browser import Browser, Page
from tests.server import WeirServer

WATCHED = ("/?last=1h", "/requests", "/runs")
LIVE = "document.getElementById('live').dataset.state === 'live'"
CALLS, CLIENTS = 8000, 8
SETTLED_S = 1.0
"""What a page asks for once, when it is opened, is over."""
CHANGES_S, MINUTE_S, SENDERS = 50, 60, 5
BODY = json.dumps(
    {"model": "mock-0-0-0", "messages": [{"role": "user", "content": "Hi " * 130}]}
).encode()
FILTER = "model:mock-0-0-0"
HELD = (
    "(field => ({ here: document.activeElement === field"
    f" && field.value === '{FILTER}',"
    " nodes: document.querySelectorAll('*').length }))(document.getElementById('q'))"
)


def under_load(weir: WeirServer, browser: Browser, load: Load, rounds: int) -> str:
    """The 95th percentile of small calls, rounds with and without tabs in turn: with a
    browser that takes of the processor what it likes, and with one that gets what is
    left. On somebody's own machine it takes nothing from the server's."""
    sentences = []
    for niceness, which in ((0, "beside a browser"), (19, "a browser that gives way")):
        browser.takes(niceness)
        sentences.append(f"{which}: {_compared(weir, browser, load, rounds)}")
    browser.takes(0)
    return (
        f"p95 of small calls from {CLIENTS} clients, median of {rounds}, without a tab"
        f" and with three; {'; '.join(sentences)}."
    )


def _compared(weir: WeirServer, browser: Browser, load: Load, rounds: int) -> str:
    tabs = [browser.open("about:blank") for _ in WATCHED]
    without, beside = list[float](), list[float]()
    for number in range(rounds + 1):
        for is_open in (False, True) if number % 2 else (True, False):
            _show(weir, tabs, is_open=is_open)
            told = load.run("-c", CLIENTS, "-n", CALLS)
            if number:  # the first round warms up
                (beside if is_open else without).append(float(told["p95"]))
    for tab in tabs:
        tab.close()
    none, three = median(without), median(beside)
    return (
        f"{none:.1f} and {three:.1f} ms ({three / none - 1:+.0%}),"
        f" least {min(without):.1f} and {min(beside):.1f}"
    )


def _show(weir: WeirServer, tabs: list[Page], *, is_open: bool) -> None:
    for tab, path in zip(tabs, WATCHED, strict=True):
        tab.go(weir.url + path if is_open else "about:blank")
        tab.command("Emulation.setFocusEmulationEnabled", enabled=True)
        if is_open:
            tab.wait(LIVE)
    time.sleep(SETTLED_S)


def minute_of_changes(weir: WeirServer, browser: Browser) -> str:
    """A tab with the list, somebody in its field, and 50 calls a second."""
    page = browser.open(f"{weir.url}/requests")
    page.command("Performance.enable")
    page.wait(LIVE)
    page.js("document.getElementById('q').focus()")
    page.type(FILTER)
    page.wait("!document.querySelector('.htmx-request')")
    _send(weir, 5, page)  # the list is full, and what is made once is there
    before = _memory(page)
    sent = _send(weir, MINUTE_S, page)
    time.sleep(2)
    after = _memory(page)
    held = page.js(HELD)
    page.close()
    return (
        f"{sent / MINUTE_S:.0f} calls a second for {MINUTE_S} s: heap"
        f" {before['heap']:.1f} → {after['heap']:.1f} MB, elements"
        f" {before['nodes']:.0f} → {after['nodes']:.0f}, listeners"
        f" {before['listeners']:.0f} → {after['listeners']:.0f}, the field and its text"
        f" {'are' if held['here'] else 'ARE NOT'} in place."
    )


def _memory(page: Page) -> dict[str, float]:
    page.command("HeapProfiler.collectGarbage")
    told = page.command("Performance.getMetrics")["metrics"]
    found = {each["name"]: float(each["value"]) for each in told}
    return {
        "heap": found["JSHeapUsedSize"] / 1e6,
        "nodes": float(page.js(HELD)["nodes"]),
        "listeners": found["JSEventListeners"],
    }


def _send(weir: WeirServer, seconds: int, page: Page) -> int:
    """Evenly, from a few clients."""
    with ThreadPoolExecutor(SENDERS) as senders:
        sent = [senders.submit(_paced, weir, seconds) for _ in range(SENDERS)]
        while not all(each.done() for each in sent):
            page.js("0")  # reads what the browser tells meanwhile
            time.sleep(0.5)
        return sum(each.result() for each in sent)


def _paced(weir: WeirServer, seconds: int) -> int:
    connection = http.client.HTTPConnection(*weir.address, timeout=60)
    headers: dict[str, Any] = {"content-type": "application/json"}
    begun, sent = time.monotonic(), 0
    for sent in range(1, seconds * CHANGES_S // SENDERS + 1):
        connection.request("POST", "/v1/chat/completions", BODY, headers)
        connection.getresponse().read()
        time.sleep(max(begun + sent * SENDERS / CHANGES_S - time.monotonic(), 0))
    connection.close()
    return sent

"""What the pages cost on a database, in one go; docs/performance.md has its tables.

    python -m bench.pages DATA_DIR [--rounds 5] [--only pages|tabs|changes]

DATA_DIR is a data directory such as `bench/million.py` makes, DATABASE_URL a PostgreSQL
instead; what the load sends is added to it. Every page: the processor time of the
server's workers for a whole answer and the time until it is there (the least of the
rounds), on a local PostgreSQL that of its processes in the mean, its size as sent, and
when a browser on this machine first shows something of it. Then what open tabs cost
proxied calls, and what a minute of changes leaves behind in a tab (`bench/tabs.py`).
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import scratch, tabs
from bench.backends import Backends
from bench.measure import Load
from bench.rig import spent_ns, upstream
from observe.pages.settings.menu import SECTIONS
from observe.serve.orphans import DRAIN_S
from tests.observe.browser import CHROMIUM, Browser, Page
from tests.server import WeirServer

DATABASE = ("DATABASE_URL",)
FREQUENT = "text:the"
LISTS = {
    "no filter": "",
    "a frequent model": "?where=model:gpt-5-mini",
    "5xx": "?where=status:5xx",
    "a frequent word": f"?where={FREQUENT}",
    "a rare word": "?where=text:rare123",
    "a word of 1 %": "?where=text:word17",
    "a phrase": "?where=text:%22the%20word17%22",
    "a prefix": "?where=text:wor*",
    "a frequent word, a model": f"?where={FREQUENT}%20model:gpt-5",
    "a word of 1 %, a model": "?where=text:word17%20model:gpt-5",
    "sorted by cost": "?order=cost-desc",
    "two frequent values that never meet": "?where=provider:openai%20model:claude*",
}
TABS = ("conversation", "changes", "response", "headers", "usage", "timing")
PAINTED = (
    "new Promise(done => new PerformanceObserver((list) => {"
    " const found = list.getEntriesByName('first-contentful-paint')[0];"
    " if (found) done(found.startTime);"
    "}).observe({ type: 'paint', buffered: true }))"
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one page."""

    name: str
    cpu_ms: float
    database_ms: float
    """Of PostgreSQL's processes; 0: there are none here."""
    answer_ms: float
    size: int
    paint_ms: float
    """0: no browser is here, or it is a part of a page."""

    @property
    def line(self) -> str:
        paint = f"{self.paint_ms:.0f} ms" if self.paint_ms else "–"
        size = f"{self.size / 1024:.0f} KB"
        database = f"{self.database_ms:.0f} ms" if self.database_ms else "–"
        times = f"{self.cpu_ms:.0f} ms | {database} | {self.answer_ms:.0f} ms"
        return f"| {self.name} | {times} | {size} | {paint} |"


def main() -> int:
    options = _options()
    gomock, goload = scratch.load_tools()
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory("weir-pages")))
        mock = stack.enter_context(upstream(gomock, logs))
        given = {name: os.environ[name] for name in DATABASE if name in os.environ}
        home = options.data_dir.resolve()
        weir = WeirServer(home, f"{mock.url}/v1", "--quiet", **given)
        weir.makes_its_database = True
        stack.enter_context(weir)
        stack.callback(weir.stop, DRAIN_S)  # the load that it still has to record
        browser = _elsewhere(stack.enter_context(Browser())) if CHROMIUM else None
        if options.only in ("", "pages"):
            _show_pages(weir, browser, options.rounds)
        if browser and options.only in ("", "tabs"):
            load = Load(goload, weir.url)
            print(tabs.under_load(weir, browser, load, options.rounds), _load())
        if browser and options.only in ("", "changes"):
            print(tabs.minute_of_changes(weir, browser), _load())
    return 0


def _elsewhere(browser: Browser) -> Browser:
    """A reader's browser is on another machine: here it gets what nobody else wants."""
    os.setpriority(os.PRIO_PGRP, browser.group, 5)
    return browser


def _show_pages(weir: WeirServer, browser: Browser | None, rounds: int) -> None:
    print("| page | processor | PostgreSQL | answer | gzip | first paint |")
    print("|---|---:|---:|---:|---:|---:|")
    backends = Backends.of(os.environ.get(*DATABASE, ""))
    page = browser.open("about:blank") if browser else None
    for name, path in pages(weir.url).items():
        print(_cost(weir, page, backends, (name, path), rounds).line, flush=True)
    if page:
        page.close()
    print(_load())


def pages(url: str) -> dict[str, str]:
    """Name → path, of what there is in the database."""
    found = {
        f"overview, {last}": f"/?last={last}" for last in ("1h", "24h", "7d", "30d")
    }
    for name, query in LISTS.items():
        found[f"list: {name}"] = f"/requests{query}"
        if "where" in query or not query:
            found[f"its figures: {name}"] = f"/requests/figures{query}"
    for row in _items(url, "/api/requests?limit=1&where=model:gpt-5-mini%20has:tools"):
        for tab in TABS:
            found[f"a request: {tab}"] = f"/requests/{row['id']}?tab={tab}"
    found |= {each: f"/{each}" for each in ("conversations", "runs", "experiments")}
    most = max(_items(url, "/api/conversations?limit=100"), key=_calls, default=None)
    if most:
        found[f"a conversation of {_calls(most):,}"] = f"/conversations/{most['id']}"
    found["what-if of all"] = "/requests/what-if"
    return found | {f"settings: {each}": f"/settings/{each}" for each, _ in SECTIONS}


def _cost(
    weir: WeirServer,
    page: Page | None,
    backends: Backends,
    named: tuple[str, str],
    rounds: int,
) -> Cost:
    name, path = named
    before = backends.spent_ms()
    told = [_asked(weir, path) for _ in range(rounds)]
    database_ms = (backends.spent_ms() - before) / rounds
    paint = 0.0
    if page and not name.startswith("its "):
        paint = min(_painted(page, weir.url + path) for _ in range(rounds))
    spent, took, sizes = zip(*told, strict=True)
    return Cost(name, min(spent), database_ms, min(took), sizes[0], paint)


def _asked(weir: WeirServer, path: str) -> tuple[float, float, int]:
    """Milliseconds of processor and until it was there, and bytes that came."""
    before, began = _spent_ns(weir), time.monotonic()
    connection = http.client.HTTPConnection(*weir.address, timeout=120)
    connection.request("GET", path, headers={"accept-encoding": "gzip"})
    answer = connection.getresponse()
    size = len(answer.read())
    took_ms = (time.monotonic() - began) * 1000
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{path} was answered with {answer.status}")
    spent_ms = (_spent_ns(weir) - before) / 1e6
    return spent_ms, took_ms, size


def _spent_ns(weir: WeirServer) -> int:
    """Of what answers: the process of the pages, and the workers that hand them on."""
    return sum(map(spent_ns, weir.called("pages") + weir.workers()))


def _painted(page: Page, url: str) -> float:
    """As the browser tells it, from the beginning of the navigation."""
    page.go(url)
    return float(page.js(PAINTED))


def _items(url: str, path: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{url}{path}", timeout=60) as answer:
        items: list[dict[str, Any]] = json.load(answer)["items"]
    return items


def _calls(conversation: dict[str, Any]) -> int:
    return int(conversation["request_count"])


def _load() -> str:
    return f"(load {os.getloadavg()[0]:.1f})"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", choices=("", "pages", "tabs", "changes"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""Every kind of page with something on it, by what a server holds."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

from observe.pages.settings.menu import SECTIONS

REQUEST_TABS = (
    "conversation", "changes", "request", "response", "headers", "usage", "timing",
)  # fmt: skip
RUN_TABS = ("turns", "traffic", "gate", "keys")
DRAWERS = ("providers", "routes", "prices")


def every_page(url: str) -> dict[str, str]:
    """Name → path; the traffic of `weir demo` must have come to the server."""
    return {
        "overview": "/",
        "requests": "/requests",
        "requests-filtered": "/requests?where=status:4xx%20or%20status:5xx",
        "requests-none": "/requests?where=model:nothing",
        **dict(_request(url)),
        **dict(_conversation(url)),
        **dict(_runs(url)),
        "experiments": "/experiments",
        "experiment": "/experiments/demo",
        "sessions": "/experiments/demo/sessions",
        "connect": "/connect",
        **{f"settings-{each}": f"/settings/{each}" for each, _ in SECTIONS},
        **{f"settings-{each}-drawer": f"/settings/{each}?new=1" for each in DRAWERS},
        "error": "/nothing-is-here",
    }


def _items(url: str, path: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{url}{path}", timeout=30) as answer:
        items: list[dict[str, Any]] = json.load(answer)["items"]
    return items


def _request(url: str) -> Iterator[tuple[str, str]]:
    """One in an agent's session, which calls a tool."""
    where = "where=tool:read_file%20has:tools"
    found = _items(url, f"/api/requests?limit=100&{where}")
    chosen = max(found, key=lambda each: int(each["request_bytes"]))
    path = f"/requests/{chosen['id']}"
    for tab in REQUEST_TABS:
        yield f"request-{tab}", f"{path}?tab={tab}"


def _conversation(url: str) -> Iterator[tuple[str, str]]:
    """The one with the most calls: a session with sub-agents and a compaction."""
    found = _items(url, "/api/conversations?limit=100")
    path = f"/conversations/{max(found, key=_calls)['id']}"
    yield "conversations", "/conversations"
    yield "conversation", path
    yield "conversation-timeline", f"{path}?view=timeline"
    yield "conversation-what-if", f"{path}/what-if"
    yield "requests-what-if", "/requests/what-if"


def _calls(conversation: dict[str, Any]) -> int:
    return int(conversation["request_count"])


def _runs(url: str) -> Iterator[tuple[str, str]]:
    found = _items(url, "/api/runs?limit=200")
    by_name = {each["name"]: each["id"] for each in found}
    path = f"/runs/{by_name['long prompt']}"
    yield "runs", "/runs"
    yield "run", path
    for tab in RUN_TABS:
        yield f"run-{tab}", f"{path}?tab={tab}"
    yield "run-edit", f"{path}?edit=1"
    yield "run-what-if", f"{path}/what-if"
    sides = "run=long+prompt&run=short+prompt&by=name"
    yield "compare", f"/runs/compare?{sides}"

"""Every kind of page with something on it, by what a server holds.

Pages that are drawn by the same templates as another one are left out.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

from observe.pages.settings.menu import SECTIONS

REQUEST_TABS = (
    "conversation", "changes", "response", "headers", "usage", "timing",
)  # fmt: skip
RUN_TABS = ("turns", "traffic", "gate", "keys")
DRAWERS = ("providers", "routes", "prices", "alerts")


def every_page(url: str) -> dict[str, str]:
    """Name → path; the traffic of `weir demo` must have come to the server."""
    return {
        "overview": "/?last=1h",
        "requests": "/requests",
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
    yield "requests-inspector", f"/requests?{where}&inspect={chosen['id']}"


def _conversation(url: str) -> Iterator[tuple[str, str]]:
    """The one with the most calls: a session with sub-agents and a compaction."""
    found = _items(url, "/api/conversations?limit=100")
    path = f"/conversations/{max(found, key=_calls)['id']}"
    yield "conversations", "/conversations"
    yield "conversation", path
    yield "conversation-tree", f"{path}?view=tree"
    yield "conversation-timeline", f"{path}?view=timeline"


def _calls(conversation: dict[str, Any]) -> int:
    return int(conversation["request_count"])


def _runs(url: str) -> Iterator[tuple[str, str]]:
    found = _items(url, "/api/runs?limit=200")
    long, short = (
        [each["id"] for each in found if each["name"] == name]
        for name in ("long prompt", "short prompt")
    )
    path = f"/runs/{long[0]}"
    yield "runs", "/runs"
    yield "run", path
    for tab in RUN_TABS:
        yield f"run-{tab}", f"{path}?tab={tab}"
    yield "run-edit", f"{path}?edit=1"
    yield "run-what-if", f"{path}/what-if"
    yield "compare", f"/runs/compare?run={','.join(long)}&run={','.join(short)}"

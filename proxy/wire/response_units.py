"""What a Responses answer used of OpenAI's own tools, which are billed by the call.

Counted from its output items, or from `tool_usage` where that is told: web searches
(not opening or reading a page), file searches, code containers (platform.openai.com,
pricing of built-in tools). Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pricing.usage import Unit
from proxy.wire.lenient import Record, record, rows, string

_CALLS = {
    "web_search_call": "web_search",
    "file_search_call": "file_search",
    "code_interpreter_call": "code_execution",
    "image_generation_call": "image_generation",
}
_PREVIEW = "web_search_preview"
"""The older tool, which costs more with models that don't reason."""


def response_units(response: Record, items: Iterable[Record]) -> Iterator[Unit]:
    """Each built-in tool that was called, and how often; `items` is the output."""
    calls = Counter(_kind(item) for item in items)
    used = record(record(response.get("tool_usage")).get("web_search"))
    searches = used.get("num_requests")
    if type(searches) is int:
        calls["web_search"] = searches
    offered = [string(tool.get("type")) for tool in rows(response.get("tools"))]
    is_preview = any(kind.startswith(_PREVIEW) for kind in offered)
    for kind, times in calls.items():
        name = _PREVIEW if is_preview and kind == "web_search" else kind
        if kind:
            yield Unit(name, times)


def _kind(item: Record) -> str:
    kind = _CALLS.get(string(item.get("type")), "")
    action = record(item.get("action")).get("type")
    is_look = kind == "web_search" and action not in (None, "search")
    return "" if is_look or item.get("status") == "failed" else kind

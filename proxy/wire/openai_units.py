"""What a usage object of OpenAI's shape says is billed by the piece, beside tokens.

Perplexity tells searches and how much of the web was read, xAI live sources and the
calls of its own tools, transcriptions their seconds (docs.perplexity.ai, docs.x.ai,
platform.openai.com). Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal

from pricing.usage import Unit
from proxy.wire.base import Notes
from proxy.wire.lenient import Record, count, record, short

_COUNTS = {
    "num_search_queries": "search_query",
    "num_sources_used": "live_search_source",
}
_TOOLS = {
    "web_search_calls": "web_search",
    "x_search_calls": "x_search",
    "code_interpreter_calls": "code_execution",
    "file_search_calls": "file_search",
    "document_search_calls": "file_search",
}
"""xAI's `server_side_tool_usage_details`."""
_REQUESTS = {"web_search_requests": "web_search"}
"""`server_tool_use`, as Anthropic has it and OpenRouter passes it on."""
_SECONDS = ("seconds", "prompt_audio_seconds")
_MEMBERS = frozenset(
    {
        *(*_COUNTS, *_SECONDS, "server_side_tool_usage_details"),
        *("server_tool_use", "search_context_size"),
    }
)


def read_units(usage: Record, notes: Notes) -> Iterator[Unit]:
    """Every piece that is told; zeros say nothing and are dropped by `Usage`."""
    if usage.keys().isdisjoint(_MEMBERS):
        return  # as nearly always
    yield from _read(usage, _COUNTS, notes)
    yield from _read(record(usage.get("server_side_tool_usage_details")), _TOOLS, notes)
    yield from _read(record(usage.get("server_tool_use")), _REQUESTS, notes)
    if size := short(usage.get("search_context_size")):
        yield Unit(f"search_context_{size.lower()}")
    for name in _SECONDS:
        yield from audio_seconds(usage.get(name))


def audio_seconds(value: object) -> Iterator[Unit]:
    """Seconds of sound that went in, as a number or a text of one."""
    if isinstance(value, str) and value.replace(".", "", 1).isdecimal():
        yield Unit("audio_second", Decimal(value))
    elif type(value) is int and value >= 0:
        yield Unit("audio_second", value)
    elif type(value) is float and math.isfinite(value) and value >= 0:
        yield Unit("audio_second", Decimal(str(value)))


def _read(source: Record, names: dict[str, str], notes: Notes) -> Iterator[Unit]:
    for name, kind in names.items():
        if (told := count(source, name, notes)) is not None:
            yield Unit(kind, told)

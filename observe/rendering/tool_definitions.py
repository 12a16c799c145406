"""The tools that a request declares, whatever its dialect. Pure.

Asked by `observe/pages/conversation/shares.py`, for how much room they take, and by
`observe/rendering/changed.py`, for what became of them. Sources: the API references of
OpenAI (chat, responses), Anthropic (messages), Gemini (`functionDeclarations`), Bedrock
(Converse's `toolConfig`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from proxy.wire.lenient import clean


def declared(body: bytes) -> dict[str, str]:
    """Their JSON by name; what stands under one name twice is joined."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    found: dict[str, str] = {}
    for entry in _entries(asked):
        named = entry.get("function") or entry.get("toolSpec") or entry
        name = named.get("name") if isinstance(named, dict) else None
        label = clean(str(name or entry.get("type") or "tool"))
        text = clean(json.dumps(entry, ensure_ascii=False, indent=2))
        found[label] = found.get(label, "") + text
    return found


def _entries(asked: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(asked, dict):
        return
    config = asked.get("toolConfig")
    config = config if isinstance(config, dict) else {}
    listed = asked.get("tools") or asked.get("functions") or config.get("tools") or []
    for entry in listed if isinstance(listed, list) else []:
        if not isinstance(entry, dict):
            continue
        inner = entry.get("functionDeclarations") or entry.get("function_declarations")
        held = inner if isinstance(inner, list) else [entry]
        yield from (each for each in held if isinstance(each, dict))

"""The tools that a request declares, whatever its dialect. Pure.

Asked by `observe/pages/conversation/shares.py`, for how much room they take, and by
`observe/rendering/changed.py`, for what became of them. Sources: the API references of
OpenAI (chat, responses: namespaces, MCP servers), Anthropic (messages), Gemini
(`functionDeclarations`, `googleSearch`), Bedrock (Converse's `toolConfig`). What
harnesses call the tools of an MCP server: `mcp__server__tool` (Claude Code, Codex),
`mcp_server_tool` and, of a name that two servers have, `server__tool` (Gemini CLI).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from proxy.wire.lenient import clean

_OF_SERVER = re.compile(
    r"mcp__(?P<a>.+?)__.+|mcp_(?P<b>[^_]+)_.+|(?P<c>(?!mcp_)[^_].*?)__[^_].*"
)
_SERVER_MEMBERS = ("server_label", "mcp_server_name")
"""Of an entry that stands for all tools of an MCP server."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One tool, or a server whose tools are not told one by one."""

    name: str
    text: str
    """As JSON."""
    server: str
    """The MCP server or namespace that has it; "": the harness itself."""
    is_server: bool = False


def declared(body: bytes) -> dict[str, str]:
    """Their JSON by name; what stands under one name twice is joined."""
    found: dict[str, str] = {}
    for each in definitions(body):
        found[each.name] = found.get(each.name, "") + each.text
    return found


def definitions(body: bytes) -> list[Definition]:
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return []
    return [
        each
        for entry in _listed(asked)
        for each in _of_entry(entry, "", is_inner=False)
    ]


def _listed(asked: Any) -> list[Any]:
    if not isinstance(asked, dict):
        return []
    config = asked.get("toolConfig")
    config = config if isinstance(config, dict) else {}
    found = asked.get("tools") or asked.get("functions") or config.get("tools") or []
    return found if isinstance(found, list) else []


def _of_entry(entry: Any, server: str, *, is_inner: bool) -> Iterator[Definition]:
    if not isinstance(entry, dict):
        return
    inner = entry.get("functionDeclarations") or entry.get("function_declarations")
    if entry.get("type") == "namespace":
        inner, server = entry.get("tools"), _bare(str(entry.get("name") or ""))
    if isinstance(inner, list) and not is_inner:
        for each in inner:
            yield from _of_entry(each, server, is_inner=True)
        return
    named = entry.get("function") or entry.get("toolSpec") or entry
    name = named.get("name") if isinstance(named, dict) else None
    label = next((entry[key] for key in _SERVER_MEMBERS if entry.get(key)), None)
    told = clean(str(name or label or entry.get("type") or _only(entry)))
    yield Definition(
        name=told,
        text=clean(json.dumps(entry, ensure_ascii=False, indent=2)),
        server=clean(server or (told if label else server_of(told))),
        is_server=label is not None,
    )


def _only(entry: dict[str, Any]) -> str:
    """Gemini's own tools are members by name: `{"googleSearch": {}}`."""
    return next(iter(entry)) if len(entry) == 1 else "tool"


def _bare(name: str) -> str:
    return name.removeprefix("mcp__").strip("_")


def server_of(name: str) -> str:
    """The MCP server in a tool's name; "" where none is told."""
    found = _OF_SERVER.fullmatch(name)
    return next((each for each in found.groups() if each), "") if found else ""

"""What the context of a call is made of: shares by characters, scaled to its tokens.

No provider tells them; a character is not a token, so all of it is an estimate and
called one. Called by `observe/pages/conversation/view.py`, for one call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from observe.pages.conversation.calls import Call
from observe.pages.conversation.many import captured
from observe.rendering.tool_definitions import declared
from proxy.wire.base import Message, Part

IMAGE = 4_000
"""Characters that an image counts for: about a thousand tokens."""
LABELS = {
    "system": "System prompt",
    "tools": "Tool definitions",
    "user": "User's words",
    "answers": "Earlier answers",
    "results": "Tool results",
    "files": "Images and files",
}
MCP = "mcp__"


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One ingredient."""

    name: str
    label: str
    share: float
    tokens: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Server:
    """Tool definitions of one MCP server, or of the harness itself."""

    name: str
    tools: int
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    call: Call
    parts: list[Ingredient]
    servers: list[Server]
    declared: int
    unused: list[str]
    """Declared, and called nowhere in this context."""


def shares(call: Call) -> Shares | None:
    """None where the body can't be read, or tells nothing."""
    [one] = captured([call.request])
    try:
        messages = list(one.asked.messages)
        tools = {name: len(text) for name, text in declared(one.asked.data).items()}
    except Exception:  # captured text may be anything; the transcript says so
        return None
    counts = _counts(messages)
    counts["tools"] = sum(tools.values())
    whole = sum(counts.values())
    if not whole:
        return None
    tokens = call.input_tokens or 0
    called = {p.name for m in messages for p in m.parts if p.kind == "tool_call"}
    return Shares(
        call=call,
        parts=list(_parts(counts, whole, tokens)),
        servers=_servers(tools, tokens / whole),
        declared=len(tools),
        unused=sorted(set(tools) - called),
    )


def _counts(messages: Sequence[Message]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for message in messages:
        for part in message.parts:
            counts[_name(message, part)] += _length(part)
    return counts


def _name(message: Message, part: Part) -> str:
    if part.kind == "tool_result" or message.role == "tool":
        return "results"
    if part.kind in ("image", "audio", "file"):
        return "files"
    return {"system": "system", "user": "user"}.get(message.role, "answers")


def _length(part: Part) -> int:
    if part.kind in ("image", "audio", "file"):
        return IMAGE
    return len(part.text) + len(part.name)


def _parts(counts: Counter[str], whole: int, tokens: int) -> Iterator[Ingredient]:
    x = 0.0
    for name, label in LABELS.items():
        share = counts[name] / whole
        if share:
            width = round(share * 100, 2)
            yield Ingredient(
                name, label, share, round(share * tokens), round(x, 2), width
            )
            x += width


def _servers(tools: dict[str, int], scale: float) -> list[Server]:
    """The largest first; worth a table only where a server is among them."""
    sizes: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    for name, size in tools.items():
        owner = name[len(MCP) :].partition("__")[0] if name.startswith(MCP) else ""
        sizes[owner] += size
        numbers[owner] += 1
    if set(sizes) <= {""}:
        return []
    return [
        Server(owner or "the harness", numbers[owner], round(size * scale))
        for owner, size in sizes.most_common()
    ]

"""What the context of a call is made of: shares by characters, scaled to its tokens.

No provider tells them; a character is not a token, so all of it is an estimate and
called one. Called by `observe/pages/conversation/view.py`, for one call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from observe.pages.conversation.calls import Call
from observe.pages.conversation.many import captured
from observe.rendering.tool_definitions import Definition, definitions
from proxy.wire.base import Message, Part
from runs.models import CalledTool, CapturedRequest
from runs.record import Purpose

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
LOOKED_AT = 2_000
"""Calls of a conversation that are asked which tools they called."""


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
class Tool:
    """A definition, and whether it was of any use."""

    name: str
    tokens: int
    is_called: bool


@dataclass(frozen=True, slots=True)
class Server:
    """Tool definitions of one MCP server, or of the harness itself."""

    name: str
    tools: list[Tool]

    @property
    def tokens(self) -> int:
        return sum(tool.tokens for tool in self.tools)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    call: Call
    parts: list[Ingredient]
    servers: list[Server]
    declared: int
    unused: list[str]
    """Declared, and never called by the agent's own calls."""
    unused_tokens: int


def shares(call: Call) -> Shares | None:
    """None where the body can't be read, or tells nothing."""
    [one] = captured([call.request])
    try:
        messages = list(one.asked.messages)
        tools = definitions(one.asked.data)
    except Exception:  # captured text may be anything; the transcript says so
        return None
    counts = _counts(messages)
    counts["tools"] = sum(len(tool.text) for tool in tools)
    whole = sum(counts.values())
    if not whole:
        return None
    tokens = call.input_tokens or 0
    called = {p.name for m in messages for p in m.parts if p.kind == "tool_call"}
    servers = _servers(tools, called | _called(call), tokens / whole)
    unused = [t for s in servers for t in s.tools if not t.is_called]
    return Shares(
        call=call,
        parts=list(_parts(counts, whole, tokens)),
        servers=servers,
        declared=sum(len(server.tools) for server in servers),
        unused=sorted(tool.name for tool in unused),
        unused_tokens=sum(tool.tokens for tool in unused),
    )


def _called(call: Call) -> set[str]:
    """In the conversation, also before a compaction; of a long one its newest calls."""
    own = Q(purpose=None) | Q(purpose__in=("", Purpose.MAIN))
    rows = CapturedRequest.objects.filter(
        own, conversation=call.request.conversation_id
    )
    newest = rows.order_by("-pk").values("pk")[:LOOKED_AT]
    found = CalledTool.objects.filter(request__in=newest)
    return set(found.order_by().values_list("name", flat=True).distinct())


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
    """What is sent as it is has no words; a document may be sent as its text."""
    is_seen = part.kind in ("image", "audio", "file") and not part.text
    return IMAGE if is_seen else len(part.text) + len(part.name)


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


def _servers(
    tools: Sequence[Definition], called: set[str], scale: float
) -> list[Server]:
    """The largest first. Which tools of a whole server were called isn't asked."""
    found: dict[str, dict[str, Tool]] = {}
    for each in tools:
        held = found.setdefault(each.server or "the harness", {})
        same = held.get(each.name)
        size = round(len(each.text) * scale) + (same.tokens if same else 0)
        held[each.name] = Tool(each.name, size, each.is_server or each.name in called)
    servers = [
        Server(name, sorted(held.values(), key=lambda tool: -tool.tokens))
        for name, held in found.items()
    ]
    return sorted(servers, key=lambda server: -server.tokens)

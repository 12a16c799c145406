"""A prompt as the demo model understands it, whatever dialect it came in. Pure.

Each dialect's `read` makes one; `proxy/demo/answer.py` answers it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Json = Mapping[str, Any]
Framing = Literal["none", "sse", "ndjson", "array"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool the client offers."""

    name: str
    schema: Json
    """JSON schema of its arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message: who, its text, and how many tool results it carries.

    A message with tool results has the role `tool`, whatever its dialect calls it.
    """

    role: str
    text: str
    tool_results: int = 0
    images: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Everything that decides an answer."""

    model: str
    turns: tuple[Turn, ...]
    """System prompt first."""
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    """`auto`, `none`, `required`, or the name of a tool."""
    framing: Framing = "none"
    """How the answer streams; `none` for an answer in one piece."""
    max_tokens: int | None = None
    body: Json = field(default_factory=dict)
    """The request body, for what only one dialect knows."""

    @property
    def last_user(self) -> str:
        """The newest thing the user said."""
        for turn in reversed(self.turns):
            if turn.role == "user" and turn.text.strip():
                return turn.text
        return ""

    @property
    def tool_results(self) -> int:
        """Tool results that came since the user last spoke."""
        count = 0
        for turn in reversed(self.turns):
            if turn.role == "user" and turn.text.strip():
                break
            count += turn.tool_results
        return count

    @property
    def images(self) -> int:
        return sum(turn.images for turn in self.turns)


def as_dict(value: object) -> Json:
    """`value` when it is a JSON object, else an empty one: clients send anything."""
    return value if isinstance(value, dict) else {}


def as_dicts(value: object) -> list[Json]:
    """The JSON objects of a list, everything else left out."""
    return (
        [item for item in value if isinstance(item, dict)]
        if isinstance(value, list)
        else []
    )


def as_count(value: object) -> int | None:
    """A positive whole number, else None."""
    return value if isinstance(value, int) and value > 0 else None


def as_text(value: object) -> str:
    return value if isinstance(value, str) else ""


def text_parts(content: object, key: str = "text") -> str:
    """The text of a message's content: a string, or a list of typed parts."""
    if isinstance(content, str):
        return content
    texts = [part[key] for part in as_dicts(content) if isinstance(part.get(key), str)]
    return "\n".join(texts)

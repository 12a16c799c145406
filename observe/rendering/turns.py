"""Messages of any wire format as turns fit to draw.

A tool's result is put under the call it answers, long texts are folded, images are
shown only where that loads nothing from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from django.utils.safestring import SafeString

from observe.rendering import as_json
from observe.rendering.as_markdown import to_html
from proxy.wire.base import Message, Part

LONG = 1_500
"""Characters from which a text is folded."""
SHOWN_LINES = 12
"""Of a tool's result before "show all"."""
MAX_HEAD = 1_200
MAX_PIECE = 100_000
SAFE_IMAGE = re.compile(
    r"data:image/(?:png|jpe?g|gif|webp|avif|bmp);base64,[\w+/=\s-]+"
)
ROLE_NAMES = {
    "system": "System",
    "user": "User",
    "assistant": "Assistant",
    "tool": "Tool",
}


@dataclass
class Piece:
    """One part of a message, with the results that belong under it."""

    part: Part
    results: list[Piece] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.part.kind

    @property
    def text(self) -> str:
        return self.part.text[:MAX_PIECE]

    @property
    def left_out(self) -> int:
        return max(len(self.part.text) - MAX_PIECE, 0)

    @property
    def is_long(self) -> bool:
        return len(self.part.text) > LONG

    @property
    def lines(self) -> int:
        return self.part.text.count("\n") + 1

    @property
    def is_tall(self) -> bool:
        """Worth a fold: two lines more than fit would only cost a click."""
        return self.is_long or self.lines > SHOWN_LINES + 2

    @property
    def head(self) -> str:
        """What a folded result shows."""
        return "\n".join(self.text.split("\n", SHOWN_LINES)[:SHOWN_LINES])[:MAX_HEAD]

    @property
    def beginning(self) -> str:
        return " ".join(self.part.text[:300].split())[:220]

    @cached_property
    def markdown(self) -> SafeString:
        return to_html(self.text)

    @cached_property
    def json(self) -> SafeString | None:
        """Arguments or a result as coloured JSON, None when they aren't JSON."""
        text = self.part.text
        if text.lstrip()[:1] not in ("{", "[") or len(text) > MAX_PIECE:
            return None
        try:
            return as_json.to_html(text)
        except (ValueError, RecursionError):
            return None

    @property
    def inline_source(self) -> str:
        """A `data:` image, or "" for everything that would need the network."""
        source = self.part.source
        return source if SAFE_IMAGE.fullmatch(source) else ""

    @property
    def host(self) -> str:
        """Who would learn of a look at this remote file."""
        try:
            parts = urlsplit(self.part.source)
        except ValueError:
            return ""
        return parts.hostname or "" if parts.scheme in ("http", "https") else ""


@dataclass
class Turn:
    role: str
    pieces: list[Piece]
    label: str = ""

    @property
    def role_name(self) -> str:
        return self.label or ROLE_NAMES.get(self.role, self.role)


def tie(messages: Sequence[Message]) -> list[Turn]:
    """Turns in order; a message that only brought tool results disappears into the
    calls it answers."""
    return Tie().add(messages)


@dataclass
class Tie:
    """Ties messages that come in pieces: a result finds the call of an earlier one."""

    calls: dict[str, Piece] = field(default_factory=dict)

    def add(self, messages: Sequence[Message]) -> list[Turn]:
        turns: list[Turn] = []
        for message in messages:
            pieces = [each for part in message.parts if (each := self._place(part))]
            if pieces or not message.parts:
                turns.append(Turn(message.role, pieces, message.label))
        return turns

    def _place(self, part: Part) -> Piece | None:
        piece = Piece(part)
        if part.kind == "tool_call" and part.call_id:
            self.calls[part.call_id] = piece
        if part.kind == "tool_result" and part.call_id in self.calls:
            self.calls[part.call_id].results.append(piece)
            return None
        return piece

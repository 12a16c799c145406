"""Only the tool calls and tool results of a body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.safestring import SafeString

from observe.rendering.base import Subject
from observe.rendering.template_context import TemplateContext, draw
from observe.rendering.turns import Piece, Turn, tie


@dataclass(frozen=True, slots=True, kw_only=True)
class PiecesPart(TemplateContext):
    template: ClassVar[str] = "request/_pieces.html"

    pieces: list[Piece]
    turn: Turn | None = None
    """Whose pieces they are, where they are all of one."""
    is_plain: bool = False
    address: str = ""
    """Of the request's page, where another page shows them."""


class ToolCallsRenderer:
    name = "tools"
    label = "Tool calls"

    def claims(self, subject: Subject) -> bool:
        return any(
            part.kind in ("tool_call", "tool_result")
            for message in subject.messages
            for part in message.parts
        )

    def render(self, subject: Subject) -> SafeString:
        pieces = [
            piece
            for turn in tie(subject.messages)
            for piece in turn.pieces
            if piece.kind in ("tool_call", "tool_result")
        ]
        return draw(PiecesPart(pieces=pieces))

"""Only the tool calls and tool results of a body."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from observe.rendering.base import Subject
from observe.rendering.turns import tie


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
        return render_to_string("request/_pieces.html", {"pieces": pieces})

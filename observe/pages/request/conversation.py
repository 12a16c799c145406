"""The conversation tab: messages of any wire format as turns, the last ones first seen.

Called by `observe/pages/request/view.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest

from observe.pages.request.captured import Captured
from observe.rendering.template_context import TemplateContext
from observe.rendering.turns import Turn, tie

SHOWN_TURNS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationPanel(TemplateContext):
    template: ClassVar[str] = "request/_conversation.html"

    turns: list[Turn]
    hidden_turns: int = 0
    """How many earlier ones a link brings."""
    is_plain: bool = False
    """As written, instead of as Markdown."""
    problem: str = ""


def read(request: HttpRequest, captured: Captured) -> ConversationPanel:
    try:
        messages = [*captured.asked.messages, *captured.answered.messages]
        turns = tie(messages)
    except Exception as error:  # captured text may be anything
        why = f"This conversation can't be read: {error}"
        return ConversationPanel(turns=[], problem=why)
    shown = turns if request.GET.get("all") else turns[-SHOWN_TURNS:]
    return ConversationPanel(
        turns=shown,
        hidden_turns=len(turns) - len(shown),
        is_plain=request.GET.get("plain") == "1",
    )

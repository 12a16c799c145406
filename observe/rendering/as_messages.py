"""Messages as turns: system, user, assistant with its tool calls and their results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.safestring import SafeString

from observe.rendering.base import Subject
from observe.rendering.template_context import TemplateContext, draw
from observe.rendering.turns import Turn, tie


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnsPart(TemplateContext):
    template: ClassVar[str] = "request/_turns.html"

    turns: list[Turn]
    is_plain: bool = False
    """As written, instead of as Markdown."""
    address: str = ""
    """Of the request's page, where another page shows them."""


class MessagesRenderer:
    name = "messages"
    label = "Messages"

    def claims(self, subject: Subject) -> bool:
        return bool(subject.messages)

    def render(self, subject: Subject) -> SafeString:
        return draw(TurnsPart(turns=tie(subject.messages)))

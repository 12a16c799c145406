"""Messages as turns: system, user, assistant with its tool calls and their results."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from observe.rendering.base import Subject
from observe.rendering.turns import tie


class MessagesRenderer:
    name = "messages"
    label = "Messages"

    def claims(self, subject: Subject) -> bool:
        return bool(subject.messages)

    def render(self, subject: Subject) -> SafeString:
        context = {"turns": tie(subject.messages)}
        return render_to_string("request/_turns.html", context)

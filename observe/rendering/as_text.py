"""The words alone: the assembled answer, or what the user said last."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from observe.rendering.base import MAX_SHOWN, Subject
from runs.record import Side


class TextRenderer:
    name = "text"
    label = "Text"

    def claims(self, subject: Subject) -> bool:
        return bool(words(subject))

    def render(self, subject: Subject) -> SafeString:
        return format_html('<pre class="prose-plain">{}</pre>', words(subject))


def words(subject: Subject) -> str:
    """Text parts of the last message, or of every choice of an answer; of a plain text
    body, the body."""
    if messages := subject.messages:
        shown = messages if subject.side is Side.RESPONSE else messages[-1:]
        texts = (p.text for each in shown for p in each.parts if p.kind == "text")
        return "\n\n".join(texts)[:MAX_SHOWN]
    return subject.text[:MAX_SHOWN] if subject.media_type == "text/plain" else ""

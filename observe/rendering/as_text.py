"""The words alone: the assembled answer, or what the user said last."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from observe.rendering.base import MAX_SHOWN, Subject


class TextRenderer:
    name = "text"
    label = "Text"

    def claims(self, subject: Subject) -> bool:
        return bool(words(subject))

    def render(self, subject: Subject) -> SafeString:
        return format_html('<pre class="prose-plain">{}</pre>', words(subject))


def words(subject: Subject) -> str:
    """Text parts of the last message; of a plain text body, the body."""
    if subject.messages:
        parts = subject.messages[-1].parts
        return "\n\n".join(p.text for p in parts if p.kind == "text")[:MAX_SHOWN]
    return subject.text[:MAX_SHOWN] if subject.media_type == "text/plain" else ""

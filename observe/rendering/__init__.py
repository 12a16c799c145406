"""Ways to show a captured body, most telling first.

Adding one is a file beside these and a place in the tuple.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.utils.safestring import SafeString

from observe.rendering.as_json import JsonRenderer
from observe.rendering.as_markdown import MarkdownRenderer
from observe.rendering.as_messages import MessagesRenderer
from observe.rendering.as_raw import RawRenderer
from observe.rendering.as_sse import SseRenderer
from observe.rendering.as_text import TextRenderer
from observe.rendering.as_tool_calls import ToolCallsRenderer
from observe.rendering.base import CannotShow, Renderer, Subject

__all__ = ["RENDERERS", "Rendered", "Subject", "choices", "render"]

logger = logging.getLogger(__name__)

RAW = RawRenderer()
RENDERERS: tuple[Renderer, ...] = (
    JsonRenderer(),
    SseRenderer(),
    TextRenderer(),
    MessagesRenderer(),
    MarkdownRenderer(),
    ToolCallsRenderer(),
    RAW,
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """HTML of a body, which view it is, and why it isn't the one asked for."""

    name: str
    html: SafeString
    note: str = ""


def choices(subject: Subject) -> list[Renderer]:
    """The views that fit this body; never empty, since raw always does."""
    return [renderer for renderer in RENDERERS if _claims(renderer, subject)]


def render(subject: Subject, wanted: str = "") -> Rendered:
    """The wanted view where it fits, else the first that does."""
    fitting = choices(subject)
    chosen = next((one for one in fitting if one.name == wanted), fitting[0])
    try:
        return Rendered(chosen.name, chosen.render(subject))
    except CannotShow as error:
        note = str(error)
    except Exception:
        logger.exception("the %s view failed on a captured body", chosen.name)
        note = f"The {chosen.label} view can't show this body; here it is as it is."
    return Rendered(RAW.name, RAW.render(subject), note)


def _claims(renderer: Renderer, subject: Subject) -> bool:
    try:
        return renderer.claims(subject)
    except Exception:
        logger.exception("the %s view failed to look at a body", renderer.name)
        return False

"""Changes to a request body, as few bytes as possible: the rest stays as it was.

Made by `proxy/forward/outgoing.py` where the target asks for them: another model name,
OpenRouter pinning, `stream_options.include_usage`. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from proxy.exchange import Asked, AskUsage, Target
from proxy.forward.body_members import Outline
from proxy.json_scan import Span
from proxy.request_body import Edit


def wants_usage(target: Target, asked: Asked) -> bool:
    """A chat-completions stream whose client did not say whether it wants usage."""
    return (
        target.ask_usage is not AskUsage.NEVER
        and target.path.endswith(b"/chat/completions")
        and asked.stream is True
        and asked.include_usage is None
    )


def changes_body(target: Target, asked: Asked) -> bool:
    """True when the target names another model or a provider to pin."""
    renamed = target.model is not None and target.model != asked.model
    return asked.model is not None and (renamed or target.openrouter_tag is not None)


def edits(
    outline: Outline,
    read: Mapping[str, bytes],
    *,
    model: str | None = None,
    openrouter_tag: str | None = None,
    include_usage: bool = False,
) -> list[Edit]:
    """What to change; `read` has the bytes of the members named in `outline.spans`
    that are needed (`provider`, `stream_options`)."""
    made: list[Edit] = []
    if model is not None and "model" in outline.spans:
        made.append(_replace(outline.spans["model"], _json(model)))
    if openrouter_tag is not None:
        pinned = {**_object(read.get("provider", b"")), **_pin(openrouter_tag)}
        made.append(_member(outline, "provider", _json(pinned)))
    if include_usage:
        options = _object(read.get("stream_options", b""))
        asking = _json({**options, **_ASKING}) if options else _ASKED
        made.append(_member(outline, "stream_options", asking))
    return sorted(made, key=lambda edit: edit.start)


def _pin(tag: str) -> dict[str, object]:
    return {"order": [tag], "allow_fallbacks": False}


def _member(outline: Outline, name: str, value: bytes) -> Edit:
    if name in outline.spans:
        return _replace(outline.spans[name], value)
    comma = b"" if outline.is_empty else b","
    text = b'"%s":%s%s' % (name.encode(), value, comma)
    return Edit(outline.open_at, outline.open_at, text)


def _replace(span: Span, value: bytes) -> Edit:
    return Edit(span.start, span.end, value)


def _json(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


_ASKING = {"include_usage": True}
_ASKED = _json(_ASKING)


def _object(raw: bytes) -> dict[str, object]:
    try:
        value = json.loads(raw) if raw.strip() else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}

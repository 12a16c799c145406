"""Finds the error message in an answer, in any of the shapes that servers use.

`stream_events.py` and `whole_body.py` ask for every format: gateways and servers answer
with their own shape whatever dialect was asked. Pure.
"""

from __future__ import annotations

import re
from typing import Any

from proxy.wire.lenient import (
    NotJson,
    Record,
    clean,
    dump,
    folded,
    load,
    record,
    short,
)
from proxy.wire.vendor_faults import Fault, vendor_fault, words_in

FAULT_MARKS = (rb'"error":\s*[{"]', rb'"(?:object|type)":\s*"error"')
"""What `fault_in` takes for an error, in a stream: clients raise it and hang up."""
_EXCERPT = 300
_DEEPEST = 3
_TITLE = re.compile(rb"<title[^>]*+>([^<]{1,200})", re.IGNORECASE)


def fault_in(body: Record, status: int) -> Fault | None:
    """The error an object reports; with a status below 400 only an explicit one."""
    error = body.get("error")
    if _says_something(error):
        return _from_member(error, body)
    if body.get("object") == "error" or body.get("type") == "error":
        return _from_object(body)
    if fault := vendor_fault(body):
        return fault
    if status >= 400:
        return _from_body(body)
    return None


def fault_in_text(body: bytes) -> str:
    """An excerpt of an error page that is no JSON."""
    title = _TITLE.search(body[:8192])
    raw = title.group(1) if title else body[: _EXCERPT * 4]
    return folded(raw.decode("utf-8", "replace"), _EXCERPT)


def _says_something(error: object) -> bool:
    """Servers in Go send every member, the empty ones too."""
    if isinstance(error, dict):
        return any(error.values())
    return bool(error)


def _from_member(error: Any, body: Record) -> Fault:
    if isinstance(error, dict):
        return _from_object(error)
    if isinstance(error, str):
        # {"error": "rate_limited", "message": "…"} or {"error": "model not found"}
        message = body.get("message") or body.get("error_description")
        if isinstance(message, str):
            return clean(message), short(error)
        return clean(error), None
    if not isinstance(error, list) and (words := words_in(body)):
        return words, short(str(body.get("code") or "")) or None
    return dump(error), None


def _from_object(error: Record, depth: int = 0) -> Fault:
    inner = record(error.get("error"))
    message = error.get("message")
    if inner and not message and depth < _DEEPEST:
        return _from_object(inner, depth + 1)
    text = clean(message) if isinstance(message, str) else dump(message or error)
    return _with_reason(text, error, depth), _kind(error)


def _kind(error: Record) -> str | None:
    kinds = (error.get(name) for name in ("type", "status", "code"))
    named = next((kind for kind in kinds if isinstance(kind, str) and kind), None)
    if named in (None, "error"):
        code = error.get("code")
        named = str(code) if code is not None else named
    return short(named)


def _with_reason(text: str, error: Record, depth: int) -> str:
    """OpenRouter says only that its provider failed; the reason stands beside it, as
    the provider's own text or body."""
    raw = record(error.get("metadata")).get("raw")
    if isinstance(raw, str) and raw.lstrip().startswith(("{", "[")):
        raw = _first_object(raw) or raw
    if isinstance(raw, dict) and depth < _DEEPEST:
        fault = _from_member(raw["error"], raw) if raw.get("error") else _from_body(raw)
        raw = fault[0] if fault else ""
    if not isinstance(raw, str) or not raw or raw in text:
        return text
    return f"{text}: {clean(raw)}"


def _first_object(text: str) -> Record | None:
    """The object in a text; Gemini's errors come as a list of one."""
    try:
        value = load(text.encode("utf-8", "replace"))
    except NotJson:
        return None
    value = value[0] if isinstance(value, list) and value else value
    return value if isinstance(value, dict) else None


def _from_body(body: Record) -> Fault | None:
    if words := words_in(body):
        return words, short(body.get("type") or body.get("code"))
    return (dump(body)[:_EXCERPT], None) if body else None

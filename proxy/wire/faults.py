"""Finds the error message in an answer, in any of the shapes that servers use.

Used by `proxy/wire/reading.py` for every format, because gateways and servers answer
with their own shape whatever dialect was asked. Pure.
"""

from __future__ import annotations

import re
from typing import Any

from proxy.wire.lenient import Record, clean, dump, folded, short

Fault = tuple[str, str | None]
"""Message and type."""

FAULT_MARKS = (rb'"error":\s*[{"]', rb'"(?:object|type)":\s*"error"')
"""What `fault_in` takes for an error, in a stream: clients raise it and hang up."""
_EXCERPT = 300
_TITLE = re.compile(rb"<title[^>]*+>([^<]{1,200})", re.IGNORECASE)


def fault_in(body: Record, status: int) -> Fault | None:
    """The error an object reports; with a status below 400 only an explicit one."""
    error = body.get("error")
    if error:
        return _from_member(error, body)
    if body.get("object") == "error" or body.get("type") == "error":
        return _from_object(body)
    if status >= 400:
        return _from_body(body)
    return None


def fault_in_text(body: bytes) -> str:
    """An excerpt of an error page that is no JSON."""
    title = _TITLE.search(body[:8192])
    raw = title.group(1) if title else body[: _EXCERPT * 4]
    return folded(raw.decode("utf-8", "replace"), _EXCERPT)


def _from_member(error: Any, body: Record) -> Fault:
    if isinstance(error, dict):
        return _from_object(error)
    if isinstance(error, str):
        # {"error": "rate_limited", "message": "…"} or {"error": "model not found"}
        message = body.get("message") or body.get("error_description")
        if isinstance(message, str):
            return clean(message), short(error)
        return clean(error), None
    return dump(error), None


def _from_object(error: Record) -> Fault:
    message = error.get("message")
    text = clean(message) if isinstance(message, str) else dump(message or error)
    kinds = (error.get(name) for name in ("type", "status", "code"))
    named = next((kind for kind in kinds if isinstance(kind, str) and kind), None)
    if named in (None, "error"):
        code = error.get("code")
        named = str(code) if code is not None else named
    return text, short(named)


def _from_body(body: Record) -> Fault | None:
    for name in ("message", "detail", "errors", "msg"):
        if value := body.get(name):
            text = clean(value) if isinstance(value, str) else dump(value)
            return text, short(body.get("type") or body.get("code"))
    return (dump(body)[:_EXCERPT], None) if body else None

"""Errors that stand in an event stream outside of any event.

llama.cpp wrote `error: {…}` lines, proxies in front of other servers write bare JSON or
an HTML page where a stream breaks. Clients of event streams drop such lines, so nobody
sees why a stream failed but who reads its bytes. `stream_events.py` asks at a stream's
end. Pure.
"""

from __future__ import annotations

import re

from proxy.wire.faults import fault_in, fault_in_text
from proxy.wire.lenient import NotJson, Record, clean, load, record
from proxy.wire.vendor_faults import Fault, words_in

_ERROR_FIELD = re.compile(rb"\s*+error\s*+:\s*+", re.IGNORECASE)
_PAGE = re.compile(rb"\s*+<(?:!doctype|html)", re.IGNORECASE)
_ANSWERS = ("choices", "candidates", "delta", "content", "output", "response")


def stray_fault(lines: list[bytes]) -> Fault | None:
    """The first error that the lines tell."""
    for at, line in enumerate(lines):
        if field := _ERROR_FIELD.match(line):
            return _told(line[field.end() :])
        if _PAGE.match(line):
            return fault_in_text(b"\n".join(lines[at:])), None
        if line.lstrip()[:1] in (b"{", b"["):
            fault = _in_json(line) or _in_json(b"\n".join(lines[at:]))
            if fault is not None:
                return fault
    return None


def plain_fault(data: bytes) -> Fault | None:
    """The error in an event's data that is no JSON: `[ERROR] …`, `error: …`."""
    text = data.strip()
    mark = re.match(rb"(?:\[error\]:?|error:)\s*+", text, re.IGNORECASE)
    return _told(text[mark.end() :] or text) if mark else None


def _told(value: bytes) -> Fault:
    try:
        said = load(value)
    except NotJson:
        said = None
    if isinstance(said, dict):
        fault = fault_in(said, 500)
        if fault is not None:
            return fault
    text = said if isinstance(said, str) else value.decode("utf-8", "replace")
    return clean(text.strip()), None


def _in_json(data: bytes) -> Fault | None:
    try:
        value = load(data)
    except NotJson:
        return None
    return _in_object(record(value[0] if isinstance(value, list) and value else value))


def _in_object(body: Record) -> Fault | None:
    if fault := fault_in(body, 200):
        return fault
    is_answer = any(name in body for name in _ANSWERS)
    return fault_in(body, 500) if not is_answer and words_in(body) else None

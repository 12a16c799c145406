"""Gemini's answers as Python's clients spell them: `usage_metadata`, `finish_reason`.

The API answers in camelCase; gateways that pass on what google-genai's objects dump
answer in snake_case. `gemini.py` asks for every object. Pure.
"""

from __future__ import annotations

import re
from typing import Any

from proxy.wire.lenient import Record, rows

_HUMP = re.compile("_([a-z])")
_FAR = ("usage_metadata", "prompt_feedback", "grounding_metadata")
"""Members whose members are respelled, too."""


def in_camel_case(body: Record) -> Record:
    """The answer by the API's own names; the same object where it has them."""
    told = rows(body.get("candidates"))
    if any("_" in name for each in (body, *told) for name in each):
        body = _respelled(body)
        if told:
            body["candidates"] = [_respelled(each) for each in told]
    return body


def _respelled(source: Record) -> Record:
    return {
        _HUMP.sub(_raised, name): _deep(value) if name in _FAR else value
        for name, value in source.items()
    }


def _deep(value: Any) -> Any:
    if isinstance(value, list):
        return [_deep(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {_HUMP.sub(_raised, name): _deep(each) for name, each in value.items()}


def _raised(hump: re.Match[str]) -> str:
    return hump[1].upper()

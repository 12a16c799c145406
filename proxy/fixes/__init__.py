"""Fixes of answers: what an upstream gets wrong about its own API, mended on the way.

A fix is asked for by name, per route, per provider or for the default upstream
(`proxy/route/startup.py` reads one place of them); without one an answer's bytes are
never looked at. Several work one behind the other, in the order they are named.
`proxy/forward/fixing.py` cuts the bytes into events for them and puts the result
together. A new fix is a file here and its class in `FIXES`. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from proxy.fixes.arguments_as_text import ArgumentsAsText
from proxy.fixes.base import Fix
from proxy.fixes.missing_stream_end import MissingStreamEnd
from proxy.fixes.qwen_tagged_tool_call import QwenTaggedToolCall
from proxy.fixes.reasoning_names import ReasoningContentToReasoning, ReasoningToContent

FIXES: tuple[type[Fix], ...] = (
    QwenTaggedToolCall,
    ReasoningToContent,
    ReasoningContentToReasoning,
    ArgumentsAsText,
    MissingStreamEnd,
)
BY_ID = {fix.id: fix for fix in FIXES}


def problem(names: Any) -> str | None:
    """Why this is no list of fixes, as a sentence; None where it is one."""
    if not isinstance(names, list | tuple):
        return "Fixes are a list of their names."
    seen: set[str] = set()
    for name in names:
        if not isinstance(name, str) or name not in BY_ID:
            known = ", ".join(BY_ID)
            return f"Unknown compatibility fix: {name}. There are: {known}."
        if name in seen:
            return f"The fix {name} is named twice."
        seen.add(name)
    return None


def names_in(text: str) -> list[str]:
    """Names as people write them: a JSON list, or separated by commas or new lines."""
    if text.lstrip().startswith("["):
        try:
            listed = json.loads(text)
        except ValueError:
            return [text.strip()]
        return listed if isinstance(listed, list) else [text.strip()]
    return list(_words(text.replace(",", "\n").splitlines()))


def _words(lines: Iterable[str]) -> Iterable[str]:
    return (line.strip() for line in lines if line.strip())

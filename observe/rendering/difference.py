"""What changed between two bodies, line by line; JSON is indented first. Pure."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass

MAX_LINES = 2_000
CONTEXT = 3
KINDS = {"+": "added", "-": "removed", "@": "place"}


@dataclass(frozen=True, slots=True)
class Line:
    kind: str
    text: str


def difference(before: bytes, after: bytes) -> list[Line] | None:
    """Changed lines with some context; None when too much changed to show."""
    old, new = _lines(before), _lines(after)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    start = max(head - CONTEXT, 0)
    old_middle = old[start : len(old) - max(tail - CONTEXT, 0)]
    new_middle = new[start : len(new) - max(tail - CONTEXT, 0)]
    # difflib is quadratic; what both bodies share has been taken off already.
    if len(old_middle) + len(new_middle) > MAX_LINES:
        return None
    found = difflib.unified_diff(old_middle, new_middle, lineterm="", n=CONTEXT)
    return [
        Line(KINDS.get(line[:1], "same"), line[:2_000])
        for line in list(found)[2:]
        if not line.startswith("@@")
    ]


def _lines(body: bytes) -> list[str]:
    text = body.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text.splitlines()
    return json.dumps(value, indent=2, ensure_ascii=False).splitlines()


def _common(left: list[str], right: list[str]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count

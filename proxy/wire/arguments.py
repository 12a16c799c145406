"""A tool call's arguments that came more than once, as clients end up with them.

Some servers send `{}` first, some the whole arguments and then their pieces, or each
state anew: joined, that is no JSON. `answer_block.py` asks at the end. Pure.
"""

from __future__ import annotations

import json
from itertools import pairwise

_MOST = 64
_read_one = json.JSONDecoder(strict=False).raw_decode


def once(text: str) -> str:
    """The last of several objects of which each repeats or completes the one before;
    anything else stays as it is."""
    if not text.lstrip().startswith("{"):
        return text
    found: list[tuple[dict[str, object], str]] = []
    at = _behind_blanks(text, 0)
    while at < len(text):
        try:
            value, end = _read_one(text, at)
        except (ValueError, RecursionError):
            return text
        if not isinstance(value, dict) or len(found) == _MOST:
            return text
        found.append((value, text[at:end]))
        at = _behind_blanks(text, end)
    grows = all(_completes(one, other) for (one, _), (other, _) in pairwise(found))
    return found[-1][1] if len(found) > 1 and grows else text


def is_whole(text: str) -> bool:
    """One JSON object, and nothing else."""
    if not text.lstrip().startswith("{"):
        return False
    try:
        json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return False
    return True


def _completes(one: dict[str, object], other: dict[str, object]) -> bool:
    return all(name in other for name in one) and (
        len(other) > len(one) or other == one
    )


def _behind_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at

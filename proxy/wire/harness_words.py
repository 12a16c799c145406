"""What somebody said in a user's text, without what a harness wrote into it.

`proxy/wire/heard.py` asks it of every user text; the words of harnesses stand in
`harness_texts.py`. Pure.
"""

from __future__ import annotations

import re

from proxy.wire.beginnings import Beginnings
from proxy.wire.harness_texts import (
    BESIDE_RESULT,
    GENERIC_TAGS,
    OPENINGS,
    QUOTING,
    TAGS,
    WRAPPERS,
    TextKind,
)

_TOOL_RESULT = re.compile(r"\[[a-z_]{3,40}(?: (?:for|with|to|in) [^\n]*)?\] Result:")
"""Cline and Roo Code: `[read_file for 'a'] Result:`."""
_NO_THOUGHT = re.compile(r"\s*<think>\s*</think>$")
"""Crush: keeps a small model from reasoning about a title."""
_OPENINGS = Beginnings((each.words, each.kind) for each in OPENINGS)
_FAILED_EDIT = re.compile(r"# \d+ SEARCH/REPLACE blocks? failed to match!")


def _starts(tags: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(re.escape(tag) for tag in sorted(tags, key=len, reverse=True))
    return re.compile(rf"<({names})(?=[\s>])")


_BLOCK, _GENERIC_BLOCK = _starts(TAGS), _starts(GENERIC_TAGS)


def opening_of(text: str) -> TextKind | None:
    """What a stripped text is by how it begins; None: somebody may have said it."""
    if kind := _OPENINGS.of(text):
        return kind
    if text.startswith("[") and _TOOL_RESULT.match(text):
        return TextKind.RESULT
    if text.startswith("# ") and _FAILED_EDIT.match(text):
        return TextKind.RESULT
    return None


def own_words(text: str) -> str:
    """What somebody may have said in a text: without blocks, out of its wrapper."""
    if "<" in text:
        text = _without(text, _BLOCK).strip()
        shorter = _without(text, _GENERIC_BLOCK).strip()
        text = _unwrapped(shorter or text)
    return _unquoted(text.strip())


def said_to_result(text: str) -> str:
    """What the user said to a tool's result, where both are one text."""
    for tag in BESIDE_RESULT:
        start, end = f"<{tag}>", f"</{tag}>"
        if text.endswith(end) and (at := text.rfind(start)) >= 0:
            return text[at + len(start) : -len(end)].strip()
    return ""


def _unquoted(text: str) -> str:
    if not text.startswith(QUOTING):
        return text
    for words in QUOTING:
        if text.startswith(words):
            return _NO_THOUGHT.sub("", text[len(words) :]).strip()
    return text


def _unwrapped(text: str) -> str:
    for tag in WRAPPERS:
        start, end = f"<{tag}>", f"</{tag}>"
        if text.startswith(start) and text.endswith(end):
            return text[len(start) : -len(end)].strip()
    return text


def _without(text: str, block: re.Pattern[str]) -> str:
    """Left to right, each character once: the text may be long and odd."""
    kept: list[str] = []
    at = 0
    while start := block.search(text, at):
        kept.append(text[at : start.start()])
        closing = f"</{start.group(1)}>"
        end = text.find(closing, start.end())
        if end < 0:  # cut, or never closed: all that follows belongs to it
            return "".join(kept)
        at = end + len(closing)
    kept.append(text[at:])
    return "".join(kept)

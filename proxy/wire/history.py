"""Digests of a request's messages: how a request is seen to extend an earlier one.

Each format hands over its messages' raw bytes, system prompt first; `runs` finds the
conversation whose last digest is among them. Two things that agents change from call
to call must not count: `cache_control` marks that move to the newest message (which
also turn a plain text into a list of one text block), and the checksum that Claude
Code writes at the head of its system prompt. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b

DIGEST_SIZE = 16

_MARK = b'"cache_control"'
_MARK_VALUE = re.compile(rb"\s*:\s*(?:\{[^{}]*+\}|null)")
_COMMA = re.compile(rb"\s*,\s*")
_BILLING = re.compile(rb'x-anthropic-billing-header:[^"\\]*+')
_TEXT_BLOCKS = (
    b'[{"type":"text","text":"',
    b'[{"type": "text", "text": "',
    b'[{"type":"input_text","text":"',
    b'[{"type": "input_text", "text": "',
    b'[{"type":"output_text","text":"',
)


def chain(messages: Iterable[bytes]) -> tuple[bytes, ...]:
    """One digest per message; digest i covers messages 0 to i."""
    digests: list[bytes] = []
    last = b""
    for raw in messages:
        last = blake2b(last + normal(raw), digest_size=DIGEST_SIZE).digest()
        digests.append(last)
    return tuple(digests)


def normal(raw: bytes) -> bytes:
    """The bytes of a message without what changes from call to call.

    Not JSON any more: brackets of text blocks go without being paired, which is fast
    and the same for both ways to write a text.
    """
    if _MARK in raw:
        raw = _without_marks(raw)
    if b"x-anthropic-billing-header" in raw:
        raw = _BILLING.sub(b"", raw)
    for block in _TEXT_BLOCKS:
        raw = raw.replace(block, b'"')
    return raw.replace(b'"}]', b'"')


def _without_marks(raw: bytes) -> bytes:
    """Each `"cache_control": …` member with one comma; none inside a text."""
    kept: list[bytes] = []
    start = 0
    while (at := raw.find(_MARK, start)) >= 0:
        value = _MARK_VALUE.match(raw, at + len(_MARK))
        if value is None or raw[at - 1 : at] == b"\\":
            kept.append(raw[start : at + len(_MARK)])
            start = at + len(_MARK)
            continue
        before = raw[start:at].rstrip()
        start = value.end()
        if before.endswith(b","):
            before = before[:-1]
        elif comma := _COMMA.match(raw, start):
            start = comma.end()
        kept.append(before)
    kept.append(raw[start:])
    return b"".join(kept)

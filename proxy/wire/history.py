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

_MARK = re.compile(
    rb'\s*,\s*(?<!\\)"cache_control"\s*:\s*(?:\{[^{}]*+\}|null)'
    rb'|(?<!\\)"cache_control"\s*:\s*(?:\{[^{}]*+\}|null)\s*,?\s*'
)
_ONE_TEXT = re.compile(
    rb'\[\s*\{\s*"type"\s*:\s*"(?:input_|output_)?text"\s*,'
    rb'\s*"text"\s*:\s*("(?:[^"\\]++|\\.)*+")\s*\}\s*\]'
    rb'|\[\s*\{\s*"text"\s*:\s*("(?:[^"\\]++|\\.)*+")\s*,'
    rb'\s*"type"\s*:\s*"(?:input_|output_)?text"\s*\}\s*\]',
    re.DOTALL,
)
_BILLING = re.compile(rb'x-anthropic-billing-header:[^"\\]*+')


def chain(messages: Iterable[bytes]) -> tuple[bytes, ...]:
    """One digest per message; digest i covers messages 0 to i."""
    digests: list[bytes] = []
    last = b""
    for raw in messages:
        last = blake2b(last + normal(raw), digest_size=DIGEST_SIZE).digest()
        digests.append(last)
    return tuple(digests)


def normal(raw: bytes) -> bytes:
    """The bytes of a message without what changes from call to call."""
    if b'"cache_control"' in raw:
        raw = _MARK.sub(b"", raw)
    if b"x-anthropic-billing-header" in raw:
        raw = _BILLING.sub(b"", raw)
    if b'[{"t' in raw or b"[ {" in raw or b"[\n" in raw:
        raw = _ONE_TEXT.sub(lambda found: found.group(1) or found.group(2), raw)
    return raw

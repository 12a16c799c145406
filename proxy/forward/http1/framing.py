"""Where an answer's head ends, and which of its framing headers counts.

Used by `proxy/forward/http1/answer.py` before the parser sees a head. RFC 9112, 6.3:
chunks win over a length; equal lengths told twice are one; different ones are an error.
Pure.
"""

from __future__ import annotations

import re

END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_FRAMING = re.compile(rb"\n(content-length|transfer-encoding)[ \t]*:([^\n]*)", re.I)
_LENGTH = re.compile(rb"\ncontent-length[ \t]*:[^\n]*", re.I)


class Malformed(Exception):
    """The upstream doesn't speak HTTP/1; the words never quote what it sent."""


def interim(head: bytes) -> bool:
    """1xx, which announces an answer and is none; 101 is one."""
    status = head.split(b" ", 2)[1:2]
    code = status[0].strip() if status else b""
    return len(code) == 3 and code.startswith(b"1") and code != b"101"


def settled(head: bytes) -> bytes:
    """The head with one way to tell where its body ends; raises Malformed."""
    told: list[tuple[bytes, bytes]] = _FRAMING.findall(head)
    if len(told) < 2 and not any(b"," in value for _, value in told):
        return head
    lengths = {
        length.strip()
        for name, value in told
        if name.lower() == b"content-length"
        for length in value.split(b",")
    }
    if not all(length.isdigit() for length in lengths):
        raise Malformed("Its answer tells a length that is no number.")
    if len(lengths) > 1:
        raise Malformed("Its answer tells two different lengths.")
    if any(name.lower() == b"transfer-encoding" for name, _ in told):
        return _LENGTH.sub(b"", head) if lengths else head
    one: bytes = b"\ncontent-length: " + lengths.pop() + b"\r"
    first, rest = _LENGTH.split(head, 1)
    return first + one + _LENGTH.sub(b"", rest)
